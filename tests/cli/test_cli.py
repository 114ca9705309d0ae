"""The command line: bad input gets one line and exit code 2, and help answers without loading anything."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from conftest import refused
from framewatt.cli import cli

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--frameworks", "onnxruntme"), "did you mean onnxruntime"),
        (("--set", "onnxruntime.spining=on"), "did you mean spinning"),
        (("--precision", "fp23"), "did you mean"),
        (("--allow-precision", "bf61"), "did you mean bf16"),
        (("--incumbent", "pytroch"), "did you mean pytorch"),
        (("--env", "docker"), "--env 'docker': choose one of isolated, current"),
        (("--scenario", "server"), "--scenario 'server': choose one of"),
        (("--objective", "speed"), "--objective 'speed': choose one of"),
        (("--threads", "0"), "--threads 0"),
        (("--threads", "100000"), "--threads 100000"),
        (("--batch-size", "4"), "--scenario offline"),
        (("--budget", "soon"), "'soon' is not a duration"),
        (("--budget", "0s"), "'0s' is not a duration"),
        (("--timeout", "-1"), "'-1' is not a duration"),
        (("--margin", "some"), "--margin 'some'"),
        (("--margin", "200%"), "--margin 200%"),
        (("--tolerance", "nan"), "--tolerance nan"),
        (("--seed", "-1"), "--seed -1"),
        (("--dim", "length"), "--dim 'length'"),
        (("--dim", "length=0"), "--dim 'length=0'"),
        (("--dim", "length=4"), "--dim length: the model has no such dimension"),
        (("--max-latency", "20ms"), "p99=20ms"),
        (("--max-latency", "p99=fast"), "'fast' is not a duration"),
        (("--max-memory", "lots"), "'lots' is not a size"),
        (("--functional-unit", "0 images"), "--functional-unit '0 images'"),
        (("--region", "XX"), "XX"),
        (("--intensity", "-1"), "intensity -1"),
        (("--region", "FR", "--intensity", "50"), "choose one"),
        (("--meter", "wattmeter"), "unknown meter 'wattmeter'"),
        (("--metric", "accuracy"), "--metric needs --labels"),
        (("--samples", "gone.npz"), "no .npz file there"),
        (("--samples", "s.npz", "--dim", "batch=2"), "--dim shapes generated inputs"),
        (("--labels", "labels.npy"), "needs --metric"),
        (("--labels", "labels.npy", "--metric", "f1"), "choose from accuracy, auc"),
        (("--labels", "gone.npy", "--metric", "accuracy"), "--labels gone.npy"),
        (("--labels", "s.npz", "--metric", "accuracy"), "--labels s.npz"),
        (("--labels", "empty.npy", "--metric", "accuracy"), "--labels empty.npy"),
        (("--labels", "labels.npy", "--metric", "accuracy"), "3 labels"),
        (("--format", "pdf"), "--format 'pdf'"),
        (("--runs-dir", "labels.npy"), "labels.npy"),
    ],
)
def test_a_question_that_cannot_be_asked_gets_one_line(
    options: tuple[str, ...], told: str, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_model.parent)
    np.savez("s.npz", x=np.ones((2, 16), np.float32))
    np.save("labels.npy", np.zeros(3))
    (tiny_model.parent / "empty.npy").touch()
    assert told in refused("select", tiny_model, *options)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("select",), "give either a MODEL or --resume RUN"),
        (("select", "a.onnx", "--resume", "b"), "give either a MODEL or --resume RUN"),
        (("select", "gone.onnx"), "gone.onnx: no such file"),
        (("select", "--resume", "gone"), "gone: no run folder"),
        (("report", "gone"), "gone: no run folder"),
        (("report", "gone", "--format", "pdf"), "unknown reporter 'pdf'"),
        (("frameworks", "--formatt", "json"), ""),
    ],
)
def test_a_missing_thing_is_named(
    arguments: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if told:
        assert told in refused(*arguments)
    else:
        result = CliRunner().invoke(cli, list(arguments))
        assert result.exit_code == 2
        assert "--format" in result.stderr


def test_an_unknown_command_offers_the_nearest() -> None:
    result = CliRunner().invoke(cli, ["selcet"])
    assert result.exit_code == 2
    assert "did you mean select?" in result.stderr


def test_the_installed_program_refuses_as_the_tests_do(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from framewatt.cli import main; main()", "select", "gone.onnx"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr == "framewatt: gone.onnx: no such file\n"
    assert not result.stdout


def test_the_package_runs_as_a_module(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "framewatt", "select", "gone.onnx"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr == "framewatt: gone.onnx: no such file\n"


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["select", "--help"], ["frameworks", "--help"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"""
import sys
from framewatt.cli import cli
cli({arguments!r}, standalone_mode=False)
heavy = {{"numpy", "onnx", "scipy", "psutil", "torch"}} & set(sys.modules)
sys.exit(f"loaded {{heavy}}" if heavy else 0)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_help_names_every_command_with_what_it_does() -> None:
    text = CliRunner().invoke(cli, ["--help"]).stdout
    for name in cli.list_commands(None):  # type: ignore[arg-type] # the context is not looked at
        line = next(line for line in text.splitlines() if line.split()[:1] == [name])
        assert len(line.split()) > 3


def test_the_frameworks_are_listed_with_their_state(stand_ins: Path) -> None:
    assert stand_ins
    rows = json.loads(CliRunner().invoke(cli, ["frameworks", "--format", "json"]).stdout)["frameworks"]
    found = {row["name"]: row for row in rows}
    assert {"onnxruntime", "openvino", "pytorch", "faithful"} <= set(found)
    assert found["onnxruntime"]["state"] == "not built"
    assert found["onnxruntime"]["settings"]["precision"] == ["fp32"]
