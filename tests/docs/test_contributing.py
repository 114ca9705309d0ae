"""What CONTRIBUTING.md promises about framework files."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_example_in_contributing_is_the_file_that_is_raced() -> None:
    source = (ROOT / "examples" / "own_framework" / "frameworks" / "numpy_mlp.py").read_text().strip()
    assert source in (ROOT / "CONTRIBUTING.md").read_text()


def test_every_shipped_framework_has_its_documentation_line() -> None:
    documented = (ROOT / "docs" / "models.md").read_text()
    files = (ROOT / "src/framewatt/plugins/frameworks").glob("*.py")
    names = [file.stem for file in files if not file.stem.startswith("_")]
    assert [name for name in names if f"| `{name}` |" not in documented] == []
