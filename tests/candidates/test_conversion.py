"""When a framework converts a model, on what that depends, and that it is done once, also where it fails."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from framewatt.candidates.conversion import ConversionJob, convert, needed
from framewatt.candidates.environments import Environment
from framewatt.discovery import discover, find
from framewatt.errors import Inapplicable, TrialFailed, TrialStopped
from framewatt.records import Signature, TensorSpec, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

EAGER = {"threads": "1", "precision": "fp32", "mode": "eager"}
AHEAD_OF_TIME = {**EAGER, "mode": "aotinductor"}
SHIPPED = {"as": "shipped"}


def key(framework: str, settings: Mapping[str, str]) -> str:
    plugin = find("frameworks", framework)
    return ConversionJob(
        plugin, Environment(Path("python"), ()), Path("m"), "abc", Signature((), ()), settings
    ).key


@pytest.mark.parametrize(
    ("framework", "model_format", "settings", "converts"),
    [
        ("onnxruntime", "onnx", EAGER, False),
        ("mnn", "onnx", EAGER, True),
        ("mnn", "onnx", SHIPPED, True),
        ("pytorch_onnx", "onnx", EAGER, True),
        ("pytorch", "torch", EAGER, False),
        ("pytorch", "torch", SHIPPED, False),
        ("pytorch", "torch", AHEAD_OF_TIME, True),
        ("pytorch", "pt2", AHEAD_OF_TIME, True),
    ],
)
def test_a_model_is_converted_where_the_framework_needs_a_file_of_its_own(
    framework: str, model_format: str, settings: Mapping[str, str], *, converts: bool
) -> None:
    assert needed(find("frameworks", framework).module, model_format, settings) is converts


def test_a_search_over_the_runtime_s_settings_converts_nothing_anew() -> None:
    defaults = {"threads": "1", "precision": "fp32", "winograd": "small"}
    assert key("mnn", defaults) == key("mnn", {**defaults, "threads": "2", "winograd": "any"})
    assert key("mnn", defaults) == key("mnn", SHIPPED)


def test_ncnn_as_shipped_stores_weights_in_half_precision() -> None:
    half = {"threads": "1", "precision": "fp16"}
    assert key("ncnn", SHIPPED) == key("ncnn", half) != key("ncnn", {**half, "precision": "fp32"})


def test_a_compiled_package_depends_on_its_threads() -> None:
    assert key("pytorch", AHEAD_OF_TIME) != key("pytorch", {**AHEAD_OF_TIME, "threads": "2"})


@pytest.fixture
def job(stand_ins: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ConversionJob:
    """A conversion that leaves a line in ``tries`` and goes as CONVERTING says."""
    assert stand_ins
    monkeypatch.setenv("CONVERTING_TRIES", str(tmp_path / "tries"))
    signature = Signature(
        (TensorSpec("x", "float32", (1, 16), (None, None)),),
        (TensorSpec("scores", "float32", (1, 4), (None, None)),),
    )
    return ConversionJob(
        plugin=discover("frameworks")["converting"],
        environment=Environment(Path(sys.executable), ()),
        source=tiny_model,
        digest="digest",
        signature=signature,
        settings={"precision": "fp32"},
    )


@pytest.fixture
def tries(tmp_path: Path) -> Path:
    return tmp_path / "tries"


def count(tries: Path) -> int:
    return len(tries.read_text().splitlines())


def test_what_was_converted_is_taken_from_the_cache(job: ConversionJob, tries: Path) -> None:
    first, second = convert(job), convert(job)
    assert (first.model, first.cost) == (second.model, second.cost)
    assert first.spent == first.cost
    assert second.spent == Usage(0, 0, 0)
    assert first.model.is_file()
    assert count(tries) == 1


@pytest.mark.parametrize(("how", "error"), [("fails", TrialFailed), ("lacks", Inapplicable)])
def test_what_failed_is_not_tried_again_and_says_so(
    how: str, error: type[Exception], job: ConversionJob, tries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVERTING", how)
    with pytest.raises(error) as first:
        convert(job)
    with pytest.raises(error) as second:
        convert(job)
    assert count(tries) == 1
    assert str(second.value) == f"{first.value} (it did in an earlier run; --retry tries again)"


def test_with_retry_it_is_tried_again_and_what_then_comes_of_it_is_remembered(
    job: ConversionJob, tries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVERTING", "fails")
    with pytest.raises(TrialFailed):
        convert(job)
    monkeypatch.setenv("CONVERTING", "")
    made = convert(replace(job, retry=True))
    assert convert(job).model == convert(replace(job, retry=True)).model == made.model
    assert count(tries) == 2


@pytest.mark.parametrize("change", [{"digest": "other"}, {"settings": {"precision": "bf16"}}])
def test_another_model_or_precision_is_another_conversion(
    change: dict[str, object], job: ConversionJob, tries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVERTING", "fails")
    for one in (job, replace(job, **change)):  # type: ignore[arg-type] # any field
        with pytest.raises(TrialFailed):
            convert(one)
    assert count(tries) == 2


@pytest.mark.parametrize(("how", "error"), [("killed", TrialStopped), ("full", TrialFailed)])
def test_failures_of_the_machine_are_tried_again(
    how: str, error: type[Exception], job: ConversionJob, tries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        monkeypatch.setenv("CONVERTING", how)
        with pytest.raises(error):
            convert(job)
    assert count(tries) == 2
    monkeypatch.setenv("CONVERTING", "")
    assert convert(job).model.is_file()


def test_a_converter_that_ran_out_of_time_is_tried_again(job: ConversionJob, tries: Path) -> None:
    with pytest.raises(TrialStopped, match="no answer within"):
        convert(replace(job, patience=0.0))
    assert convert(job).model.is_file()
    assert count(tries) == 1


def test_one_conversion_serves_two_frameworks_and_each_is_told_what_it_takes(
    job: ConversionJob, tries: Path
) -> None:
    onward = convert(replace(job, plugin=discover("frameworks")["onward"]))
    base = convert(job)
    assert count(tries) == 1
    assert onward.model.name == "onward.onnx"
    assert onward.cost is not None
    assert base.cost is not None
    assert onward.cost.seconds > base.cost.seconds


def test_a_conversion_that_starts_from_a_failed_one_fails_with_its_reason(
    job: ConversionJob, tries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVERTING", "lacks")
    with pytest.raises(Inapplicable, match="operator Gemm is not supported by Converting"):
        convert(replace(job, plugin=discover("frameworks")["onward"]))
    assert count(tries) == 1
