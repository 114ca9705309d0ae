"""What `framewatt.select` gives back: a decision as people in a notebook meet it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framewatt.api.choice import Choice
from framewatt.api.frame import data_frame
from framewatt.api.rows import WORDS, framework_rows
from framewatt.api.told import Told
from framewatt.decision import Decision, studies_document
from framewatt.records import Quantity, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from framewatt.records import Json


@dataclass(frozen=True, slots=True, repr=False)
class Selection(Told, Decision):
    """A decision, and those of the other studies of its run.

    What is trained before it answers has two: it then stands for the training, and `inference` for the
    trained models.
    """

    others: tuple[Selection, ...] = ()

    @classmethod
    def of(cls, decisions: Sequence[Decision]) -> Self:
        """The first of a run's decisions, with the rest beside it."""
        first, *rest = decisions
        return cls(first.document, tuple(Selection(decision.document) for decision in rest))

    @property
    def studies(self) -> tuple[Selection, ...]:
        """Every study of the run, this one first."""
        return (self, *self.others)

    @property
    def training(self) -> Selection | None:
        """The study of who learns with the least energy; None where nothing was trained."""
        return self._study(Stage.TRAINING)

    @property
    def inference(self) -> Selection | None:
        """The study of who answers with the least energy; None where only training was studied."""
        return self._study(Stage.INFERENCE)

    @property
    def run(self) -> str:
        """The run folder, which `framewatt.load` takes."""
        return str(self.document["run"])

    @property
    def best(self) -> Choice | None:
        """What to use, with its figures; None where nothing could be selected."""
        return Choice(self.candidate(self.selected[0])) if self.selected else None

    @property
    def regret(self) -> Quantity:
        """The most that it may cost more than the best of the other frameworks, as a share (0.03 is 3 %)."""
        return Quantity.from_json(self.document["regret"])

    @property
    def told(self) -> Json:
        """The document that reports are of: this one, or one that holds every study of the run."""
        return studies_document(self.studies)

    def table(self) -> Any:
        """A row for each framework, best first; energies in J, times in s, memory in bytes, with intervals.

        A data frame of pandas or polars, whichever is there (the one that is imported already first), else a
        list of dicts.
        """
        return data_frame(list(framework_rows(self.document)), WORDS)

    def _study(self, stage: Stage) -> Selection | None:
        return next((study for study in self.studies if study.document["stage"] == stage), None)

    def __repr__(self) -> str:
        """A line for each study: its verdict and its sentence."""
        return "\n".join(f"<{study.verdict}: {study.advice}>" for study in self.studies)
