"""What the pipeline of a training study asks of whatever is to be learnt: a table, a task, a Keras model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from framewatt.candidates.enumeration import CandidateSpec
    from framewatt.contracts import Meter
    from framewatt.decision import Decision
    from framewatt.studies.context import StudyContext
    from framewatt.studies.training.admission.admission import Admission
    from framewatt.trials.training import TrainingSpec, TrialOf


@dataclass(frozen=True, slots=True)
class Terms:
    """What a worker is told of the problem, and how often and how long it may train.

    A candidate trains once for each of `folds` (the folds of a table, or a task's seeds), each time for at
    most `most_rounds` rounds (boosting rounds, or epochs).
    """

    about: Mapping[str, Any]
    folds: int
    most_rounds: int


class LearningProblem(Protocol):
    """Something to learn to a quality, as `study` carries it through the one pipeline of training."""

    @property
    def serving_share(self) -> float:
        """The part of the budget that goes to a race of the trained models; 0 where there is none."""

    def specs(self) -> list[CandidateSpec]:
        """Who may learn it, applicable or not.

        Raises:
            BadInput: an unknown framework, script or setting.
        """

    def described(self) -> dict[str, Any]:
        """What the manifest and the report say of it."""

    def lay_out(self, folder: Path) -> Path:
        """The one file in `folder` that every worker reads its arrays from."""

    def terms(self, spec: CandidateSpec) -> Terms:
        """What a candidate's worker is told.

        Raises:
            Inapplicable: it cannot learn this.
        """

    def admission(self, context: StudyContext, trial_of: TrialOf) -> Admission:
        """Who finds out which candidates may race."""

    def serve(
        self, trained: Mapping[str, TrainingSpec], meter: Meter, context: StudyContext
    ) -> list[Decision]:
        """The study of the trained models, if there is one."""
