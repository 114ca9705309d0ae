"""The command line and Python ask with the same options, and are refused with the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import framewatt
from conftest import refused, write_table
from framewatt.cli import cli
from framewatt.errors import BadInput, FramewattError
from framewatt.runs.request import GROUPS, OPTIONS, SelectRequest, StudyKind

if TYPE_CHECKING:
    from pathlib import Path

BAD = {
    "frameworks": "onnxruntme",
    "environment": "docker",
    "threads": "four",
    "precision": "fp23",
    "allow_precision": "bf61",
    "settings": "onnxruntime.spining=on",
    "samples": "gone.npz",
    "dims": "length",
    "labels": "gone.npy",
    "metric": "accuracy",
    "quality": "good",
    "tolerance": "nan",
    "scenario": "server",
    "batch_size": "0",
    "functional_unit": "0 images",
    "volume": "many",
    "max_latency": "p99=fast",
    "max_memory": "lots",
    "target": "y",
    "drop": "x",
    "encoding": "utf-9",
    "data": "gone.npz",
    "size": "-1",
    "dataset": "digits",
    "objective": "speed",
    "margin": "200%",
    "max_regret": "1.5",
    "budget": "soon",
    "prepare_budget": "0s",
    "timeout": "0s",
    "seed": "1.5",
    "incumbent": "pytroch",
    "meter": "wattmeter",
    "runs_dir": "a_file",
    "region": "XX",
    "intensity": "much",
    "pue": "0.5",
    "network_energy": "a lot",
    "view": "personal",
}
"""A value of each option that a model cannot be asked about."""
UNREFUSED = {"packages", "tune", "as_shipped", "retry"}
"""A package is refused by the installer alone, and switches have no value on the command line."""
GOOD: dict[str, Any] = {
    "samples": "s.npz",
    "dims": "n=2",
    "labels": "l.npy",
    "metric": "auc",
    "tolerance": "0.1",
    "scenario": "offline",
    "batch_size": "4",
    "functional_unit": "image",
    "max_latency": "p99=20ms",
    "max_memory": "1GB",
    "as_shipped": True,
    "retry": True,
    "prepare_budget": "1min",
    "volume": "1M/day",
    "precision": "fp16",
    "allow_precision": "bf16",
    "settings": "a.b=c",
    "target": "y",
    "drop": "x",
    "encoding": "latin-1",
    "data": "data.npz",
    "size": "8",
    "dataset": "digits",
}
"""A value of each option that some studies do not have."""
FOREIGN = [
    (study, name) for study in StudyKind for name, option in OPTIONS.items() if study not in option.studies
]
TO_LEARN = {StudyKind.TABLE: {"target": "label"}, StudyKind.KERAS: {"data": "data.npz"}}


@pytest.fixture
def folder(tiny_model: Path, stand_ins: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert stand_ins
    here = tiny_model.parent
    monkeypatch.chdir(here)
    (here / "a_file").touch()
    (here / "data.npz").touch()
    (here / "model.py").write_text("import keras\n\ndef build():\n    return keras.Sequential([])\n")
    write_table(here / "table.csv")
    return here


def refusals(source: object, options: dict[str, Any]) -> tuple[str, str]:
    """The line of the command line, and that of Python."""
    words = (
        [OPTIONS[name].flag] if value is True else [OPTIONS[name].flag, value]
        for name, value in options.items()
    )
    typed = [word for pair in words for word in pair]
    given: dict[str, Any] = dict(options)
    with pytest.raises(FramewattError) as error:
        framewatt.select(str(source), **given)
    return refused("select", source, *typed), f"framewatt: {error.value}"


def test_every_option_has_its_value_to_refuse() -> None:
    assert set(BAD) | UNREFUSED == set(OPTIONS)
    assert not set(BAD) & UNREFUSED


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_is_refused_with_the_same_words(name: str, folder: Path) -> None:
    command_line, python = refusals(folder / "tiny.onnx", {name: BAD[name]})
    assert command_line == python


@pytest.mark.parametrize(("study", "name"), FOREIGN, ids=str)
def test_an_option_of_another_study_is_refused_with_the_same_words(
    study: StudyKind, name: str, folder: Path
) -> None:
    sources = {StudyKind.MODEL: "tiny.onnx", StudyKind.TABLE: "table.csv", StudyKind.KERAS: "model.py"}
    source = folder / sources[study] if study in sources else "task:cnn"
    command_line, python = refusals(source, {**TO_LEARN.get(study, {}), name: GOOD[name]})
    assert command_line == python
    if name == "batch_size":  # it goes with a scenario, which is refused first
        assert "--scenario offline" in python
    elif name == "data":  # what is opened depends on it
        assert "--data goes with" in python
    else:
        verb = "is for" if study is StudyKind.MODEL else "does not go with"
        assert f"{OPTIONS[name].flag} {verb} " in python


def test_options_that_exclude_each_other_are_refused_with_the_same_words(folder: Path) -> None:
    command_line, python = refusals(folder / "tiny.onnx", {"region": "FR", "intensity": "50"})
    assert command_line == python
    assert "choose one" in python


def test_an_unknown_option_gets_one_line_with_the_nearest_name(folder: Path) -> None:
    line = refused("select", folder / "tiny.onnx", "--regoin", "FR")
    assert line.startswith("framewatt: No such option ")
    assert "--region" in line.partition("--regoin")[2]
    with pytest.raises(BadInput, match=r"^no such option regoin; did you mean region"):
        SelectRequest.of("tiny.onnx", regoin="FR")


def test_a_switch_in_the_environment_is_read_as_python_reads_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInput) as error:
        framewatt.select(folder / "tiny.onnx", tune="maybe")
    monkeypatch.setenv("FRAMEWATT_SELECT_TUNE", "maybe")
    assert refused("select", folder / "tiny.onnx") == f"framewatt: {error.value}"


def test_a_run_that_is_not_there_is_resumed_by_neither(folder: Path) -> None:
    with pytest.raises(BadInput) as error:
        framewatt.resume(folder / "gone")
    assert refused("select", "--resume", folder / "gone") == f"framewatt: {error.value}"


def test_help_lists_every_option_under_its_group_with_its_default() -> None:
    text = CliRunner().invoke(cli, ["select", "--help"]).stdout
    starts = [text.index(f"\n{group.TITLE}:\n") for group in GROUPS.values()]
    assert starts == sorted(starts)
    for option in OPTIONS.values():
        assert f"  {option.flag} " in text
    assert "[default: 3min]" in " ".join(text.split())
    assert "--no-tune" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("select", "m.onnx"), "text, json, markdown, csv; `framewatt report` knows more"),
        (("plan", "RUN"), "text, json, markdown, csv"),
        (("frameworks",), "text, json, markdown, csv"),
        (("doctor",), "text, json, markdown, csv"),
        (("measure", "true"), "text, json, markdown, csv"),
        (("compare", "true", "false"), "text, json, markdown, csv"),
        (("check", "a", "--against", "b"), "text, json, markdown, csv"),
        (("analyse", "a", "--candidate", "b", "--energy", "c"), "text, json, markdown, csv"),
        (("runs",), "text, json, markdown, csv"),
        (("sci", "--units", "1 run"), "text, json, markdown, csv, if"),
    ],
)
def test_every_command_refuses_a_format_in_the_same_words(arguments: tuple[str, ...], words: str) -> None:
    command, *others = arguments
    line = refused(command, "--format", "pdf", *others)
    assert line == f"framewatt: --format 'pdf': choose one of {words}"


@pytest.mark.parametrize("command", ["report", "plan"])
def test_two_intensities_are_refused_by_every_command_that_takes_them(command: str) -> None:
    line = refused(command, "RUN", "--region", "FR", "--intensity", "50")
    assert line == "framewatt: --region and --intensity both give the carbon intensity; choose one"
