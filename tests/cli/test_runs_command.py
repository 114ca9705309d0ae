"""`framewatt runs` lists what was studied, and every command takes ``latest`` for a run."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conftest import hold_to_schema, refused
from documents import RECORDED
from framewatt.cli import cli


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two finished runs and what is left of a third, in the folder where runs are kept."""
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "framewatt-runs"
    for name in ("onnx-study", "table-study"):
        shutil.copytree(RECORDED / name, root / name)
    shutil.copytree(RECORDED / "onnx-study", root / "unfinished")
    (root / "unfinished" / "decision.json").unlink()
    (root / "broken").mkdir()
    (root / "broken" / "manifest.json").write_text("{")
    return root


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told("runs", "--format", "json"))
    return found


def told(*arguments: str) -> str:
    result = CliRunner().invoke(cli, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_runs_are_listed_newest_first_with_their_verdicts(runs: Path) -> None:
    found = document()
    hold_to_schema(found, "runs-1")
    assert [row["run"] for row in found["runs"]] == ["table-study", "unfinished", "onnx-study"]
    assert [row["verdict"] for row in found["runs"]] == ["winner", None, "undecided"]
    assert found["runs"][0]["advice"].startswith("Use LightGBM")
    assert found["runs"][0]["bytes"] == sum(
        file.stat().st_size for file in (runs / "table-study").rglob("*") if file.is_file()
    )
    assert len(found["unreadable"]) == 1
    assert "broken" in found["unreadable"][0]


def test_the_list_fits_80_columns_and_shows_the_sentence(runs: Path) -> None:
    assert runs
    lines = told("runs").splitlines()
    assert max(map(len, lines)) <= 80
    assert any("plants" in line and "Use LightGBM" in line for line in lines)
    assert any("unfinished" in line for line in lines)
    assert lines[-1] == "Report: framewatt report latest"


def test_a_folder_without_runs_says_how_to_make_one(tmp_path: Path) -> None:
    text = told("runs", "--runs-dir", str(tmp_path / "none"))
    assert "`framewatt select MODEL` makes the first" in " ".join(text.split())


def test_latest_stands_for_the_newest_run_in_every_command_that_takes_one(runs: Path) -> None:
    by_path = told("report", str(runs / "table-study"), "--format", "json")
    assert told("report", "latest", "--format", "json") == by_path
    assert told("report", "table-study", "--format", "json") == by_path
    assert json.loads(told("plan", "latest", "--trainings-per-year", "4", "--format", "json"))["runs"]
    check = json.loads(told("check", "latest", "--against", "table-study", "--format", "json"))
    assert Path(check["run"]).resolve() == Path(check["against"]).resolve() == runs / "table-study"
    assert "latest: no run" in refused("report", "latest", "--runs-dir", runs / "none")
    assert "latest: no run" in refused("select", "--resume", "latest", "--runs-dir", runs / "none")
    assert "latest: no run" in refused("compare", "--resume", "latest", "--runs-dir", runs / "none")


def test_a_table_is_reported_with_both_of_its_studies(runs: Path) -> None:
    assert runs
    studies = json.loads(told("report", "latest", "--format", "json"))
    hold_to_schema(studies, "studies-1")
    assert [study["stage"] for study in studies["studies"]] == ["training", "inference"]


@pytest.mark.parametrize("form", ["text", "json", "markdown", "csv"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("runs",),
        ("doctor",),
        ("frameworks",),
        ("plan", "table-study", "--trainings-per-year", "4", "--inferences-per-year", "1e6"),
        ("check", "onnx-study", "--against", "onnx-study", "--metric", "cpu_seconds"),
        ("sci", "--power", "0.33kW", "--time", "1h", "--intensity", "420", "--embodied", "1200kg",
         "--lifespan", "26280h", "--units", "1000 request"),
    ],
    ids=lambda arguments: arguments[0],
)  # fmt: skip
def test_every_document_is_told_in_every_form_and_written_to_a_file(
    arguments: tuple[str, ...], form: str, runs: Path, tmp_path: Path
) -> None:
    assert runs
    target = tmp_path / f"told.{form}"
    assert told(*arguments, "--format", form, "-o", str(target)) == ""
    text = target.read_text()
    if form == "json":
        assert json.loads(text)
    elif form == "csv":
        first, *others = csv.reader(io.StringIO(text))
        assert others
        assert all(len(line) == len(first) for line in others)
    elif form == "markdown":
        assert "| :-- |" in text or "| --- |" in text
    else:
        assert max(map(len, text.splitlines())) <= 80 or arguments[0] == "sci"


@pytest.mark.parametrize("form", ["text", "json", "markdown", "csv"])
def test_measurements_from_elsewhere_are_told_in_every_form(form: str, tmp_path: Path) -> None:
    table = tmp_path / "runs.csv"
    costs = {"a": (0.99, 1.0, 1.01, 1.005), "b": (1.98, 2.0, 2.02, 2.01)}
    rows = [f"{name},{cost}" for name, repeats in costs.items() for cost in repeats]
    table.write_text("\n".join(["name,energy", *rows]) + "\n")
    text = told("analyse", str(table), "--candidate", "name", "--energy", "energy", "--format", form)
    expected = {"text": "winner", "json": '"winner"', "markdown": "`winner`", "csv": "a,1.0"}[form]
    assert expected in text


def test_whoever_interrupts_a_run_is_told_how_it_goes_on(
    runs: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        shutil.copytree(RECORDED / "onnx-study", runs / "zz")
        manifest = runs / "zz" / "manifest.json"
        manifest.write_text(manifest.read_text().replace("2026-11-27T13:17:15", "2026-11-28T13:17:15"))
        raise KeyboardInterrupt

    monkeypatch.setattr("framewatt.studies.select.decide", interrupted)
    result = CliRunner().invoke(cli, ["select", str(tiny_model)])
    assert result.exit_code == 1
    assert "what was measured stays: framewatt select --resume latest" in result.stderr


def test_nothing_is_promised_where_no_run_had_begun(
    runs: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    assert runs
    monkeypatch.setattr("framewatt.studies.select.decide", interrupted)
    assert "--resume" not in CliRunner().invoke(cli, ["select", str(tiny_model)]).stderr


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    line = refused("frameworks", "-o", tmp_path / "none" / "told.txt")
    assert line.startswith("framewatt: ")
    assert "No such file or directory" in line
