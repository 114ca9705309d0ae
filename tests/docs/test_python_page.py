"""The page on Python: its code runs as it stands, with stand-ins under the names of the frameworks in it."""

from __future__ import annotations

import functools
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import framewatt
from conftest import STAND_INS, write_perceptron

PAGE = (Path(__file__).parents[2] / "docs" / "python.md").read_text()
BLOCKS = re.findall(r"^```python\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL)
STANDING_IN = {"onnxruntime": "faithful", "openvino": "wasteful"}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the page names, and frameworks that need no environment."""
    plugins = tmp_path / "plugins" / "frameworks"
    plugins.mkdir(parents=True)
    for name, stand_in in STANDING_IN.items():
        shutil.copy(STAND_INS / "frameworks" / f"{stand_in}.py", plugins / f"{name}.py")
    monkeypatch.setenv("FRAMEWATT_PLUGINS", str(plugins.parent))
    monkeypatch.chdir(tmp_path)
    write_perceptron(tmp_path / "model.onnx")
    rows = np.random.default_rng(0).standard_normal((4, 16)).astype(np.float32)
    np.savez(tmp_path / "inputs.npz", x=rows)
    quick = functools.partial(framewatt.select, environment="current", tune=False)
    monkeypatch.setattr(framewatt, "select", lambda model, **given: quick(model, **{**given, "budget": "2s"}))
    return tmp_path


def test_a_selection_is_made_shown_and_reported_and_its_run_loaded_again(desk: Path) -> None:
    first, _, later = BLOCKS
    names: dict[str, Any] = {}
    exec(first, names)  # noqa: S102 - the page's own code
    selection = names["selection"]
    assert isinstance(selection, framewatt.Selection)
    assert isinstance(selection.table(), pd.DataFrame)
    assert (desk / "report.md").read_text() == selection.report("markdown")
    exec(later, names)  # noqa: S102 - see above
    assert framewatt.load().run == selection.run


def test_every_attribute_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"selection\.(\w+)", PAGE))
    assert named
    assert all(hasattr(framewatt.Selection, name) for name in named - {"document"})
