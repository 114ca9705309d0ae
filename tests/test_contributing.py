"""What CONTRIBUTING.md promises: one file adds a framework."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.request import SelectRequest
from framewatt.study import select

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "docs" / "examples"


def test_the_example_in_contributing_is_the_file_that_the_next_test_races() -> None:
    source = (EXAMPLES / "frameworks" / "reference.py").read_text().strip()
    assert source in (ROOT / "CONTRIBUTING.md").read_text()


def test_one_file_adds_a_framework(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMEWATT_PLUGINS", str(EXAMPLES))
    request = SelectRequest(
        source=str(tiny_model),
        frameworks="reference",
        environment="current",
        budget=5,
        runs_dir=str(tmp_path),
    )
    decision = select(request)
    assert decision.verdict == "winner"
    assert decision.candidate("reference")["status"] == "measured"


def test_every_shipped_framework_has_its_documentation_line() -> None:
    documented = (ROOT / "docs" / "models.md").read_text()
    names = [p.stem for p in (ROOT / "src/framewatt/frameworks").glob("*.py") if not p.stem.startswith("_")]
    assert [name for name in names if f"| `{name}` |" not in documented] == []
