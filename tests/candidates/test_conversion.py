"""When a framework converts a model, and on which of its settings what it makes depends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from framewatt.candidates.conversion import ConversionJob, needed
from framewatt.candidates.environments import Environment
from framewatt.discovery import find
from framewatt.records import Signature

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
