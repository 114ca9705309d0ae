"""A training study that was interrupted, at each point where that matters, goes on to a decision."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from conftest import STAND_INS, write_table
from framewatt.errors import BadInput
from framewatt.runs.folder import RunFolder
from framewatt.runs.records import QualityTarget, RacingTerms
from framewatt.runs.request import SelectRequest
from framewatt.studies.select import decide
from framewatt.studies.training.study import resume

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Change = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The run folder of a library at its comparable and at its tuned point."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMEWATT_PLUGINS", str(STAND_INS))
        patch.setenv("FRAMEWATT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        folder = tmp_path_factory.mktemp("study")
        request = SelectRequest.of(
            source=str(write_table(folder / "table.csv")),
            target="label",
            quality=0.9,
            frameworks="learner",
            environment="current",
            budget=30,
            margin=0.9,
            runs_dir=str(folder / "runs"),
        )
        yield Path(decide(request)[0].document["run"])


def points_of(run: Path) -> tuple[str, str]:
    """The ids of the comparable and of the tuned point."""
    comparable, tuned = (terms.candidate for terms in RunFolder.open_run(run).records(RacingTerms))
    return comparable, tuned


def interrupted(finished: Path, folder: Path, change: Change) -> Path:
    """A copy of the run whose records are as an interruption would have left them."""
    run = Path(shutil.copytree(finished, folder / "run"))
    lines = run / "measurements.jsonl"
    records = change([json.loads(line) for line in lines.read_text().splitlines()])
    lines.write_text("".join(json.dumps(record) + "\n" for record in records))
    return run


@pytest.mark.usefixtures("stand_ins")
def test_a_candidate_that_fell_during_the_race_does_not_keep_the_run_from_going_on(
    finished: Path, tmp_path: Path
) -> None:
    comparable, tuned = points_of(finished)

    def falls(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        fallen = {"candidate": comparable, "reason": "exit code 9"}
        drop = {"kind": "race", "event": "drop", **fallen}
        return [*records, drop, {"kind": "status", "status": "failed", **fallen}]

    decision = resume(interrupted(finished, tmp_path, falls))[0]
    assert decision.candidate(comparable)["status"] == "failed"
    assert decision.candidate(tuned)["energy_per_unit"]["value"] is not None


@pytest.mark.usefixtures("stand_ins")
def test_a_tuned_point_races_on_when_its_comparable_sibling_was_settled(
    finished: Path, tmp_path: Path
) -> None:
    comparable, tuned = points_of(finished)

    def admits_the_tuned_alone(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        settled = {"kind": "status", "candidate": comparable, "status": "infeasible", "reason": "short"}
        kept = [r for r in records if r["kind"] not in {"race", "admitted"}]
        kept = [r for r in kept if r["kind"] != "contestant" or r["candidate"] == tuned]
        kept = [r for r in kept if r.get("phase") != "steady"]
        return [*kept, settled, {"kind": "admitted", "candidates": [tuned], "seconds": 5.0}]

    run = interrupted(finished, tmp_path, admits_the_tuned_alone)
    shutil.rmtree(run / "inference")
    decision = resume(run)[0]
    assert decision.candidate(tuned)["energy_per_unit"]["value"] is not None
    assert decision.candidate(comparable)["reason"] == "short"


@pytest.mark.usefixtures("stand_ins")
def test_a_target_that_was_set_stands_and_nobody_is_enrolled_twice(finished: Path, tmp_path: Path) -> None:
    def dies_before_the_race(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = [r for r in records if r["kind"] in {"environment", "target"}]
        return [{**r, "value": 0.91} if r["kind"] == "target" else r for r in kept]

    run = interrupted(finished, tmp_path, dies_before_the_race)
    shutil.rmtree(run / "inference")
    decision = resume(run)[0]
    again = RunFolder.open_run(run)
    assert decision.document["training"]["target"]["value"] == 0.91
    assert [target.value for target in again.records(QualityTarget)] == [0.91]
    assert {terms.candidate for terms in again.records(RacingTerms)} == set(points_of(finished))
    ids = [line.id for line in again.manifest.candidates]
    assert len(set(ids)) == len(ids)


@pytest.mark.usefixtures("stand_ins")
def test_a_study_that_is_refused_lets_its_meter_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    meter = SimpleNamespace(close=lambda: closed.append("meter"))
    monkeypatch.setattr("framewatt.studies.beginning.choose_meter", lambda *_, **__: meter)
    table = str(write_table(tmp_path / "table.csv"))
    with pytest.raises(BadInput, match="nowhere"):
        decide(SelectRequest.of(source=table, target="label", frameworks="learner", region="nowhere"))
    assert closed == ["meter"]
