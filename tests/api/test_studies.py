"""The Python door with stand-in frameworks: objects in, a selection out, the run there for later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pandas as pd
import pytest

import framewatt
from conftest import STAND_INS, plain_manifest, write_perceptron, write_table
from framewatt.errors import BadInput
from framewatt.runs.folder import RunFolder
from framewatt.runs.question import Question

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt import Selection

SETTINGS: dict[str, Any] = {"environment": "current", "timeout": 20}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMEWATT_PLUGINS", str(STAND_INS))
        patch.setenv("FRAMEWATT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield tmp_path_factory.mktemp("study")


@pytest.fixture(scope="module")
def of_a_model(folder: Path) -> Selection:
    rows = np.random.default_rng(0).standard_normal((8, 16)).astype(np.float32)
    return framewatt.select(
        onnx.load(str(write_perceptron(folder / "tiny.onnx"))),
        samples={"x": rows},
        labels=[0] * 8,
        metric="accuracy",
        frameworks=["faithful", "wasteful"],
        tune=False,
        budget="3s",
        runs_dir=folder / "models",
        **SETTINGS,
    )


@pytest.fixture(scope="module")
def of_a_table(folder: Path) -> Selection:
    return framewatt.select(
        pd.read_csv(write_table(folder / "table.csv")),
        target="label",
        quality=0.9,
        frameworks=["learner", "wasteful_learner"],
        budget=15,
        margin="90%",
        runs_dir=folder / "tables",
        **SETTINGS,
    )


def test_a_model_in_memory_is_raced_on_the_arrays_that_were_given(of_a_model: Selection) -> None:
    assert of_a_model.document["workload"]["name"] == "tiny"
    assert not of_a_model.document["inputs"]["generated"]
    assert of_a_model.document["inputs"]["queries"] == 8
    faithful = of_a_model.candidate("faithful")
    assert faithful["cpu_seconds_per_unit"]["value"] > 0
    assert faithful["quality"]["metric"] == "accuracy"


def test_a_data_frame_is_learnt_and_both_studies_come_back(of_a_table: Selection) -> None:
    assert [study.document["stage"] for study in of_a_table.studies] == ["training", "inference"]
    assert of_a_table.inference is not None
    assert of_a_table.inference.document["functional_unit"]["name"] == "row"


def test_the_table_of_a_study_has_its_frameworks_with_their_figures(of_a_model: Selection) -> None:
    table = of_a_model.table().set_index("framework")
    assert len(table) == 2
    assert table.cpu_seconds_per_unit["Faithful"] < table.cpu_seconds_per_unit["Wasteful"]
    assert of_a_model.best is not None
    assert of_a_model.best.id in set(table.candidate)
    assert of_a_model.advice in of_a_model.report("markdown").replace("\\", "")


def test_what_was_given_lies_beside_the_runs_and_is_no_run(of_a_model: Selection, folder: Path) -> None:
    request = RunFolder.open_run(Path(of_a_model.run)).manifest.request
    assert request.work.samples
    for path in (request.source, request.work.samples, request.work.labels):
        assert Path(str(path)).is_relative_to((folder / "models" / ".given").resolve())
    assert framewatt.load("latest", runs_dir=folder / "models").run == of_a_model.run


@pytest.mark.parametrize("name", ["of_a_model", "of_a_table"])
def test_a_run_is_loaded_as_it_was_given_back(name: str, request: pytest.FixtureRequest) -> None:
    selection: Selection = request.getfixturevalue(name)
    again = framewatt.load(selection.run)
    assert [study.to_dict() for study in again.studies] == [study.to_dict() for study in selection.studies]


def test_a_run_is_found_by_its_name_and_refused_where_there_is_none(
    of_a_model: Selection, folder: Path, tmp_path: Path
) -> None:
    assert framewatt.load(Path(of_a_model.run).name, runs_dir=folder / "models").run == of_a_model.run
    with pytest.raises(BadInput, match="no run"):
        framewatt.load(runs_dir=tmp_path)


def test_a_comparison_of_commands_is_no_selection(tmp_path: Path) -> None:
    question = Question(("true", "false"))
    run = RunFolder.create(tmp_path, "compare", plain_manifest(question=question))
    for call in (framewatt.load, framewatt.resume):
        with pytest.raises(BadInput, match=r"/compare: a comparison of commands; "):
            call(run.path)


def test_a_loaded_run_may_lie_elsewhere(of_a_model: Selection) -> None:
    poland = framewatt.load(of_a_model.run, region="PL")
    assert of_a_model.document["carbon"]["intensity"]["value"] is None
    assert poland.document["carbon"]["intensity"]["value"] > 500
    assert framewatt.load(of_a_model.run, intensity=42).document["carbon"]["intensity"]["value"] == 42


def test_an_interrupted_run_goes_on_with_what_was_given(of_a_model: Selection) -> None:
    lines = Path(of_a_model.run) / "measurements.jsonl"
    whole = lines.read_text().splitlines(keepends=True)
    admitted = next(number for number, line in enumerate(whole) if '"kind": "admitted"' in line)
    lines.write_text("".join(whole[: admitted + 1]))
    again = framewatt.resume(of_a_model.run)
    assert again.run == of_a_model.run
    assert again.candidate("faithful")["cpu_seconds_per_unit"]["value"] > 0
    assert len(lines.read_text().splitlines()) > admitted + 1


def test_a_bad_option_is_refused_before_anything_is_kept(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^--budget"):
        framewatt.select(onnx.ModelProto(), samples=np.ones((2, 2)), budget="soon", runs_dir=tmp_path)
    assert not list(tmp_path.iterdir())


class Watcher:
    """Who watches, and remembers."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def say(self, line: str) -> None:
        self.heard.append(line)

    def step(self, what: str, done: int, total: int, limit_seconds: float | None = None) -> None:
        self.heard.append(f"{what} {done} {total} {limit_seconds}")

    def building(self, what: str, done_bytes: int, total_bytes: int) -> None:
        self.heard.append(f"{what} {done_bytes} {total_bytes}")

    def settled(self, candidate: str, status: object, reason: str) -> None:
        self.heard.append(f"{candidate} {status} {reason}")

    def standing(self, standings: object, budget_seconds: float) -> None:
        self.heard.append(f"{standings} {budget_seconds}")


def test_a_watcher_of_the_caller_s_own_hears_who_drops_out(folder: Path, tmp_path: Path) -> None:
    watcher = Watcher()
    framewatt.select(
        str(write_perceptron(folder / "other.onnx")),
        frameworks="lacking",
        runs_dir=tmp_path,
        progress=watcher,
        **SETTINGS,
    )
    assert any(line.startswith("lacking@") for line in watcher.heard)
