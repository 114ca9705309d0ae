"""Runs that earlier versions wrote, kept as they were, still say what they said then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from framewatt.decision import build_decision
from framewatt.runs.folder import RunFolder

RECORDED = Path(__file__).parent / "recorded"
ALL = ["onnx-study", "table-study", "table-study/inference"]


@pytest.mark.parametrize("name", ALL)
def test_a_recorded_run_renders_the_decision_that_was_made_then(name: str) -> None:
    then = json.loads((RECORDED / name / "decision.json").read_text())
    now = json.loads(build_decision(RunFolder.open_run(RECORDED / name)).to_json())
    assert _comparable(now) == _comparable(then)


def _comparable(document: dict[str, Any]) -> dict[str, Any]:
    """All but where the run lies: it was recorded elsewhere."""
    return {key: value for key, value in document.items() if key != "run"}
