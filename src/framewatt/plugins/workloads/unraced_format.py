"""Formats that are not raced, each with the nearest that is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.workload.paths import missing

if TYPE_CHECKING:
    from framewatt.records import Workload

TITLE = "another format"
ADVISES = True
_ONE_RUNTIME = "a model of {0} alone; select the model that it was converted from (ONNX, model.py, ...)"
_ADVICE = {
    ".xml": _ONE_RUNTIME.format("OpenVINO"),
    ".mnn": _ONE_RUNTIME.format("MNN"),
    ".param": _ONE_RUNTIME.format("ncnn"),
    ".ort": _ONE_RUNTIME.format("ONNX Runtime"),
    ".vmfb": _ONE_RUNTIME.format("IREE"),
    ".pte": _ONE_RUNTIME.format("ExecuTorch"),
    ".mlmodel": _ONE_RUNTIME.format("Core ML"),
    ".mlpackage": _ONE_RUNTIME.format("Core ML"),
    ".engine": _ONE_RUNTIME.format("TensorRT") + "; this version measures CPUs",
    ".plan": _ONE_RUNTIME.format("TensorRT") + "; this version measures CPUs",
    ".pdmodel": "a PaddlePaddle model; convert it to ONNX (paddle2onnx) and select that",
    ".caffemodel": "a Caffe model; convert it to ONNX and select that",
    ".pb": "a TensorFlow graph; select the SavedModel folder that holds saved_model.pb",
    ".pbtxt": "a TensorFlow graph as text; select a SavedModel folder",
    ".ipynb": "a notebook; put build() and inputs() into a model.py (`framewatt new model FOLDER`)",
    ".npz": "arrays; they go with a model: framewatt select MODEL --samples FILE",
    ".npy": "an array; it goes with a model: framewatt select MODEL --labels FILE",
    ".xlsx": "a spreadsheet; save it as CSV and select that with --target COLUMN",
    ".xls": "a spreadsheet; save it as CSV and select that with --target COLUMN",
    ".feather": "a table; save it as Parquet or CSV and select that with --target COLUMN",
    ".arrow": "a table; save it as Parquet or CSV and select that with --target COLUMN",
    ".jsonl": "lines of JSON; save them as CSV and select that with --target COLUMN",
    ".zip": "an archive; unpack it and select what is inside",
    ".gz": "compressed; unpack it and select what is inside",
    ".tar": "an archive; unpack it and select what is inside",
    ".tgz": "an archive; unpack it and select what is inside",
}


def claims(source: str) -> bool:
    """Whether the name ends in one of them."""
    return Path(source).suffix.lower() in _ADVICE


def open_workload(source: str) -> Workload:
    """Say what it is, and what to hand over instead.

    Raises:
        BadInput: always.
    """
    if not Path(source).expanduser().exists():
        raise missing(source)
    raise BadInput(f"{source}: {_ADVICE[Path(source).suffix.lower()]}")
