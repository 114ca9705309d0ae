"""What `benchmarks/training.py` prints: it must not rot between long runs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import training as benchmark
from framewatt.records import Usage
from framewatt.runs.records import BuiltEnvironment

if TYPE_CHECKING:
    import pytest

    from framewatt.decision import Decision


def test_both_ratios_are_printed_and_an_unknown_download_is_a_dash(
    capsys: pytest.CaptureFixture[str],
) -> None:
    row: dict[str, Any] = {
        "id": "ant@1",
        "name": "Ant",
        "energy_per_unit": {"value": 3.0},
        "cpu_seconds_per_unit": {"value": 0.5},
        "ratio_to_best": {"value": 1.5, "low": 1.25, "high": None},
        "cpu_ratio_to_best": {"value": 1.75, "low": 1.7, "high": 1.8},
        "parity": {"error": {"value": None}},
    }
    document = {"decided_on": "energy"}
    decision = SimpleNamespace(verdict="undecided", candidates=[row], document=document)
    built = BuiltEnvironment("ant@1", "python", (), None, None, None, None, Usage(2.0, 1.0, 0.0), None)
    benchmark.show("part", cast("Decision", decision), {"ant@1": built})
    head, line = capsys.readouterr().out.splitlines()[-2:]
    for title, value in (
        ("x best (energy)", " 1.50  1.25-?"),
        ("x best (CPU)", " 1.75  1.70-1.80"),
        ("download", " -"),
    ):
        assert line[: head.index(title) + len(title)].rstrip().endswith(value)
