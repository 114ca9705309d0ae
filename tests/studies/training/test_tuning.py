"""The search among a library's own points: what it may spend, and when a point is worth racing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from framewatt.candidates.enumeration import CandidateSpec
from framewatt.discovery import Plugin
from framewatt.records import Candidate
from framewatt.studies.training.admission.learning_curve import Exploration
from framewatt.studies.training.admission.tabular import _TUNING_SHARE, TabularAdmission, Trainee
from framewatt.trials.training import Training, TrainingSpec
from framewatt.trials.trial import LaunchSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

BUDGET, FOLDS = 100.0, 5
POINTS = ({"rate": "2"}, {"rate": "3"})


def curve(cpu_seconds: float) -> Exploration:
    """It reaches the target of 0.9 at the first round."""
    reached = {rounds: [0.95] * FOLDS for rounds in range(1, 5)}
    return Exploration("ant", 4, reached, [(4, cpu_seconds, 4 * cpu_seconds, 1.0)])


class FakeExplorer:
    """Points take `first` CPU seconds a round on the first fold alone and `all_folds` on all."""

    def __init__(self, first: float, all_folds: float) -> None:
        self.allowances: list[float] = []
        self._first, self._all_folds = first, all_folds

    def explore(self, _trial: object, folds: Sequence[int], _target: float, allowance: float) -> Exploration:
        self.allowances.append(allowance)
        return curve(self._first if len(folds) == 1 else self._all_folds)


class Tuning(TabularAdmission):
    """Without processes: a search gets a trial that does nothing."""

    def _with_trial(
        self, contestant: TrainingSpec, work: Callable[[Any], Any], *, settle: bool = True
    ) -> Any:
        assert not settle
        return work(SimpleNamespace(spec=contestant))


def tuned(explorer: FakeExplorer, folder: Path, comparable: float) -> Trainee | None:
    """What tuning finds for a library whose comparable point takes `comparable` CPU seconds a round."""
    request = SimpleNamespace(race=SimpleNamespace(budget=BUDGET))
    context = SimpleNamespace(request=request, run=SimpleNamespace(path=folder))
    table, folds = SimpleNamespace(metric="auc"), SimpleNamespace(validation=[None] * FOLDS)
    unused: Any = None
    admission = Tuning(cast("Any", context), unused, cast("Any", table), cast("Any", folds))
    admission._explorer = cast("Any", explorer)
    plugin = Plugin("ant", folder, cast("Any", SimpleNamespace(POINTS=POINTS)))
    entry = CandidateSpec(Candidate("ant", "1"), plugin, {})
    contestant = LaunchSpec("ant", (), {}, (), {}, Training(folder, {}, folds=FOLDS, rounds=(1,) * FOLDS))
    return admission._tune(Trainee(entry, contestant, curve(comparable)), 0.9, among=2)


def test_a_search_spends_at_most_its_share_of_the_budget(tmp_path: Path) -> None:
    explorer = FakeExplorer(first=0.5, all_folds=0.5)
    assert tuned(explorer, tmp_path, comparable=1.0) is not None
    assert len(explorer.allowances) == len(POINTS) + 1  # and the best of them on all folds
    assert sum(explorer.allowances) <= BUDGET * _TUNING_SHARE / 2 * (1 + 1e-9)


def test_a_point_that_is_better_on_the_first_fold_alone_is_not_raced(tmp_path: Path) -> None:
    assert tuned(FakeExplorer(first=0.5, all_folds=0.99), tmp_path, comparable=1.0) is None
    assert tuned(FakeExplorer(first=0.99, all_folds=0.5), tmp_path, comparable=1.0) is None
    found = tuned(FakeExplorer(first=0.5, all_folds=0.5), tmp_path, comparable=1.0)
    assert found is not None
    assert found.tuned
    assert found.contestant.settings == POINTS[0]
