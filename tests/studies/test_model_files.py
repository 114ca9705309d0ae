"""Who fails on our copy of the model runs the user's own file, and it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from framewatt.runs.request import SelectRequest
from framewatt.studies.select import decide

if TYPE_CHECKING:
    from pathlib import Path

    from framewatt.decision import Decision


def race(model: Path, frameworks: str, **options: object) -> Decision:
    request = SelectRequest.of(
        source=str(model), frameworks=frameworks, environment="current", tune=False, budget=2, timeout=20,
        runs_dir=str(model.parent / "runs"), **options,
    )  # fmt: skip
    *_, decision = decide(request)
    return decision


def row(decision: Decision, framework: str) -> dict[str, Any]:
    return dict(decision.candidate(framework))


def test_a_framework_that_cannot_load_our_copy_runs_the_own_file(stand_ins: Path, tiny_model: Path) -> None:
    assert stand_ins
    decision = race(tiny_model, "faithful,particular")
    assert row(decision, "particular")["status"] == "measured"
    (told,) = [warning for warning in decision.document["warnings"] if warning["code"] == "own-file"]
    assert "Particular runs your own file" in told["message"]
    assert "the branches differ in rank" in told["message"]


@pytest.mark.parametrize("how", ["", "open"])
def test_a_converter_that_fails_on_our_copy_gets_the_own_file(
    how: str, stand_ins: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stand_ins
    monkeypatch.setenv("CONVERTING", how)
    monkeypatch.setenv("CONVERTING_TRIES", str(tmp_path / "tries"))
    decision = race(tiny_model, "faithful,converting")
    assert row(decision, "converting")["status"] == "measured"
    assert len((tmp_path / "tries").read_text().splitlines()) == (2 if how else 1)


def test_a_failure_on_what_we_converted_is_said_to_be_ours(
    stand_ins: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stand_ins
    monkeypatch.setenv("CONVERTING", "spoils")
    monkeypatch.setenv("CONVERTING_TRIES", str(tmp_path / "tries"))
    decision = race(tiny_model, "faithful,crashing,converting")
    assert row(decision, "converting")["status"] == "failed"
    assert "(in framewatt's conversion of your model)" in row(decision, "converting")["reason"]
    assert "framewatt's" not in row(decision, "crashing")["reason"]
