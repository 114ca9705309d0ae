"""A training trial's requests to its worker."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from framewatt.records import Phase
from framewatt.trials.training import Training, train
from framewatt.trials.trial import LaunchSpec, Trial

if TYPE_CHECKING:
    import pytest


def test_a_window_of_several_seeds_may_take_the_patience_for_each_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, float] = {}

    def answer(operation: str, timeout: float, **_: object) -> dict[str, object]:
        asked[operation] = timeout
        return {}

    worker = SimpleNamespace(request=answer)
    contestant = LaunchSpec("a@1", (), {}, (0,), {}, Training(Path(), {}), patience=10.0)
    no_meter: Any = None
    trial = Trial(contestant, 0, no_meter, Path("log"))
    monkeypatch.setattr(trial, "_worker", worker)
    monkeypatch.setattr(trial, "metered", lambda _phase, _block, _index, work: (work(), None))
    train(trial, Phase.STEADY, 1, 0, [(fold, 3) for fold in (0, 1, 2, 3, 4, 0, 1, 2, 3, 4)])
    assert asked == {"folds": 10.0, "train": 50.0}
