"""`framewatt new model` writes a file that `select` takes as it is."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from click.testing import CliRunner

from framewatt.cli import cli
from framewatt.workload.source import open_source

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, *options: str) -> Path:
    result = CliRunner().invoke(cli, ["new", "model", str(folder), *options])
    assert result.exit_code == 0, result.output
    return folder / "model.py"


def weights_in(code: Path) -> object:
    tree = ast.parse(code.read_text(encoding="utf-8"))
    (value,) = (node.value for node in tree.body if isinstance(node, ast.Assign))
    return ast.literal_eval(value)


def test_the_written_model_is_one_that_select_takes(tmp_path: Path) -> None:
    workload = open_source(str(written(tmp_path / "net")))
    assert (workload.format, workload.name) == ("torch", "net")


def test_its_network_is_loaded_with_the_weights_that_were_named(tmp_path: Path) -> None:
    weights = tmp_path / 'my "best" weights.pt'
    weights.write_bytes(b"weights")
    assert weights_in(written(tmp_path / "net", "--weights", str(weights))) == str(weights)
    assert weights_in(written(tmp_path / "other")) == ""
