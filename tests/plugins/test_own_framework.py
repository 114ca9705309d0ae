"""One file adds a framework: the smallest one, as CONTRIBUTING shows it, races."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from framewatt import select

if TYPE_CHECKING:
    import pytest

OWN = Path(__file__).parents[2] / "examples" / "own_framework"


def test_one_file_adds_a_framework_that_races(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMEWATT_PLUGINS", str(OWN))
    decision = select(
        tiny_model, frameworks="numpy_mlp", environment="current", budget=3, runs_dir=str(tmp_path)
    )
    row = decision.candidate("numpy_mlp")
    assert row["status"] == "measured"
    assert row["parity"]["error"]["value"] < 1e-5
    assert row["energy_per_unit"]["value"] > 0


def test_what_it_cannot_run_does_not_apply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMEWATT_PLUGINS", str(OWN))
    decision = select(
        "example:digits", frameworks="numpy_mlp", environment="current", budget=3, runs_dir=str(tmp_path)
    )
    assert decision.verdict == "none"
    assert "runs plain Gemm and Relu" in decision.candidate("numpy_mlp")["reason"]


def test_it_fits_on_a_screen() -> None:
    code = (OWN / "frameworks" / "numpy_mlp.py").read_text().splitlines()
    assert len(code) < 40
