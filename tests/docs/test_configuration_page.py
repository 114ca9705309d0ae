"""The page on configuration keeps its word about names."""

from __future__ import annotations

from pathlib import Path

from framewatt.runs.request import OPTIONS

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "configuration.md").read_text().split())


def test_every_option_whose_parameter_is_called_otherwise_is_named() -> None:
    for name, option in OPTIONS.items():
        if option.flag != f"--{name.replace('_', '-')}":
            assert f"`{option.flag}` is `{name.upper()}`" in PAGE
