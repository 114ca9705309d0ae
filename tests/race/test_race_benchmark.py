"""The exhaustive design of `benchmarks/` beside a race of stand-ins: it must not rot between long runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from conftest import plain_manifest
from exhaustive import FEWEST_TRIALS, Exhaustive, trials_needed
from framewatt import select
from framewatt.runs.folder import RunFolder
from framewatt.runs.request import SelectRequest
from race_real import report_encoder


def test_as_many_trials_are_planned_as_make_students_interval_as_wide_as_the_margin() -> None:
    trials = float(trials_needed(0.01, 0.0008, np.log1p(0.02)))
    half, one_less = (stats.t.isf(0.005, n - 1) * np.sqrt(0.0008 / n) for n in (trials, trials - 1))
    assert half <= np.log1p(0.02) < one_less
    assert trials_needed(0.05, 1e-9, np.log1p(0.02)) == FEWEST_TRIALS


@pytest.mark.usefixtures("stand_ins")
def test_the_exhaustive_design_goes_on_where_it_stopped_and_charges_everything(
    tmp_path: Path, tiny_model: Path
) -> None:
    # One does thrice the work, so that a few rounds decide.
    options: dict[str, Any] = {
        "environment": "current",
        "tune": False,
        "budget": 120,
        "runs_dir": str(tmp_path / "runs"),
    }
    decision = select(tiny_model, frameworks="faithful,wasteful", **options)
    raced = RunFolder.open_run(Path(decision.document["run"]))
    first = Exhaustive(raced)
    first.run_for(1.0)
    assert 1 <= first.rounds <= first.design.rounds
    assert first.projected().joules >= first.spent().joules > 0
    second = Exhaustive(raced)
    assert second.rounds == first.rounds
    assert second.race.state.ledger.cost.mean == pytest.approx(first.race.state.ledger.cost.mean)
    before = second.spent().seconds
    second.run_for(1.0 if second.rounds < second.design.rounds else 0.0)
    assert second.spent().seconds >= before
    bounds, there = second.bounds()
    assert there.sum() == len(second.design.members) == 2
    assert np.isfinite(bounds.cpu.value[there][:, there]).all()


@pytest.mark.parametrize(("frameworks", "budget"), [("onnxruntime", 180.0), ("all", 60.0)])
def test_a_stored_race_is_not_shown_as_the_answer_to_another_question(
    tmp_path: Path, frameworks: str, budget: float
) -> None:
    asked = SelectRequest.of(source="m.py", frameworks="all", budget=180.0)
    RunFolder.create(tmp_path, "race", plain_manifest(request=asked))
    with pytest.raises(SystemExit, match="asked for --frameworks all --budget 180; give the same"):
        report_encoder(tmp_path, frameworks, budget, 1.0)
