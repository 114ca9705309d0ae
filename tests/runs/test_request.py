"""What is asked: read from text or values alike, kept flat in a run, refused where it cannot be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from framewatt.errors import BadInput
from framewatt.records import Objective, Scenario
from framewatt.runs.request import (
    GROUPS,
    OPTIONS,
    CarbonOptions,
    RaceOptions,
    SelectRequest,
    StudyKind,
    WorkOptions,
    options_of,
)

RECORDED = Path(__file__).parent / "recorded"


def test_text_as_typed_and_values_ask_the_same() -> None:
    typed = SelectRequest.of(
        "m.onnx",
        budget="3min",
        margin="1%",
        threads="1",
        dims=["n=4"],
        tune="no",
        packages="a==1",
        objective="carbon",
        tolerance="0.1",
        max_memory="1000",
    )
    given = SelectRequest.of(
        "m.onnx",
        budget=180,
        margin=0.01,
        threads=1,
        dims={"n": 4},
        tune=False,
        packages=("a==1",),
        objective=Objective.CARBON,
        tolerance=0.1,
        max_memory=1000,
    )
    assert typed == given
    assert typed.race.budget == 180.0
    assert typed.work.dims == {"n": 4}
    assert typed.candidates.packages == ("a==1",)
    assert not typed.candidates.tune


def test_numbers_of_numpy_and_whole_floats_are_numbers() -> None:
    asked = SelectRequest.of(
        "m.onnx", budget=np.int64(5), timeout=np.float32(2.5), seed=3.0, threads=np.int8(1)
    )
    assert (asked.race.budget, asked.race.timeout) == (5.0, 2.5)
    assert (asked.race.seed, asked.candidates.threads) == (3, 1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"threads": float("inf")}, "--threads inf: a whole number"),
        ({"pue": [1]}, r"--pue \[1\]: a number is wanted"),
        ({"margin": True}, "--margin True: a share such as 2% or 0.02 is wanted"),
        ({"budget": [60]}, r"--budget \[60\]: a time such as 90s or 3min is wanted"),
    ],
)
def test_a_value_of_another_kind_is_refused_with_the_kind_that_is_wanted(
    options: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        SelectRequest.of("m.onnx", **options)


def test_a_path_may_be_given_as_one() -> None:
    assert SelectRequest.of("m.onnx", samples=Path("a") / "b.npz").work.samples == "a/b.npz"


def test_what_is_not_given_has_the_default_and_none_is_not_given() -> None:
    assert SelectRequest.of("m.onnx", budget=None, region=None) == SelectRequest("m.onnx")
    for name, option in OPTIONS.items():
        assert (
            SelectRequest("m.onnx").to_json()[name] == option.read(option.default) or option.default is None
        )


@pytest.mark.parametrize(
    "manifest", sorted(RECORDED.rglob("manifest.json")), ids=lambda path: path.parent.name
)
def test_a_recorded_request_is_written_as_it_was_with_younger_options_at_their_defaults(
    manifest: Path,
) -> None:
    record = json.loads(manifest.read_text())["request"]
    defaults = json.loads(json.dumps(SelectRequest("m.onnx").to_json()))
    written = json.loads(json.dumps(SelectRequest.from_json(record).to_json()))
    assert written == defaults | {"max_regret": 0.0} | record


def test_a_request_of_a_machine_with_more_cpus_can_be_read_but_not_asked() -> None:
    with pytest.raises(BadInput, match="--threads 100000: this machine offers"):
        SelectRequest.of("m.onnx", threads=100_000)
    stored = SelectRequest("m.onnx").to_json() | {"threads": 100_000}
    assert SelectRequest.from_json(stored).candidates.threads == 100_000


@pytest.mark.parametrize("change", [{"seed": "x"}, {"regoin": "FR"}, {"margin": 3.0}])
def test_an_edited_request_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="its manifest was edited"):
        SelectRequest.from_json(SelectRequest("m.onnx").to_json() | change)
    with pytest.raises(BadInput, match="its manifest was edited"):
        SelectRequest.from_json({})


def test_no_two_groups_share_a_name_or_a_flag() -> None:
    names = [name for group in GROUPS.values() for name in options_of(group)]
    flags = [option.flag for option in OPTIONS.values()]
    assert len(set(names)) == len(names)
    assert len(set(flags)) == len(flags)


def test_a_group_refuses_what_contradicts_itself_however_it_is_made() -> None:
    race = RaceOptions()
    with pytest.raises(BadInput, match="--budget -1: must be longer than 0 s"):
        replace(race, budget=-1)
    with pytest.raises(BadInput, match="choose one"):
        CarbonOptions(region="FR", intensity=50.0)
    with pytest.raises(BadInput, match="--scenario offline"):
        WorkOptions(batch_size=4)
    assert WorkOptions(batch_size=4, scenario=Scenario.OFFLINE).batch_size == 4
    with pytest.raises(BadInput, match="--objective carbon"):
        SelectRequest.of("m.onnx", objective="carbon", view="consequential")


def test_bounds_are_kept_as_typed_and_read_in_units() -> None:
    work = SelectRequest.of("m.onnx", max_latency="p99=20ms", max_memory="1GB").work
    assert (work.max_latency, work.max_memory) == ("p99=20ms", "1GB")
    assert work.latency_bound() == (99.0, 0.02)
    assert work.memory_bound() == 1e9
    assert (WorkOptions().latency_bound(), WorkOptions().memory_bound()) == (None, None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threads": True}, "--threads True: a whole number is wanted"),
        ({"threads": 1.5}, "--threads 1.5: a whole number from 1 on"),
        ({"metric": ["auc"]}, r"--metric \['auc'\]: a single text"),
        ({"dims": {"length": 0}}, "--dim 'length=0': write it as NAME=N"),
        ({"dims": 4}, "--dim 4: a text or a list"),
        ({"packages": {"a": 1}}, "--with .*: a text or a list"),
        ({"margin": 0}, "--margin 0: a share between 0 and 1"),
        ({"budget": float("inf")}, "--budget inf: must be longer than 0 s"),
        ({"regoin": "FR"}, "no such option regoin; did you mean region"),
    ],
)
def test_a_value_that_only_python_can_give_is_refused_too(options: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        SelectRequest.of("m.onnx", **options)


def test_every_format_that_nobody_trains_is_a_models() -> None:
    assert [StudyKind.of(name) for name in ("onnx", "table", "keras_code", "task")] == [
        StudyKind.MODEL,
        StudyKind.TABLE,
        StudyKind.KERAS,
        StudyKind.TASK,
    ]


def test_an_option_at_its_default_goes_with_every_study() -> None:
    SelectRequest.of("task:cnn", scenario="single_stream").require_meant_for("task")
    with pytest.raises(BadInput, match="--scenario does not go with a task"):
        SelectRequest.of("task:cnn", scenario="offline").require_meant_for("task")
