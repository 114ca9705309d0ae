"""Runs that earlier versions wrote, kept as they were, still say what they said then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from framewatt.decision import build_decision
from framewatt.runs.folder import RunFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDED = Path(__file__).parent / "recorded"
ALL = ["onnx-study", "table-study", "table-study/inference"]


@pytest.mark.parametrize("name", ALL)
def test_a_recorded_run_renders_the_decision_that_was_made_then(name: str) -> None:
    then = json.loads((RECORDED / name / "decision.json").read_text())
    now = json.loads(build_decision(RunFolder.open_run(RECORDED / name)).to_json())
    assert dict(_leaves(now)) == {place: _about(value) for place, value in _leaves(then)}


def _leaves(document: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Every value by its place, but where the run lies: it was recorded elsewhere."""
    return _walk({key: value for key, value in document.items() if key != "run"}, "")


def _walk(value: object, place: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict | list):
        yield place, len(value)
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from _walk(inner, f"{place}/{key}")
    else:
        yield place, value


def _about(value: object) -> object:
    """Versions of Python and NumPy differ in how they round sums."""
    return pytest.approx(value, rel=1e-9) if isinstance(value, float) else value
