"""ONNX to TensorFlow's formats through onnx2tf: what the frameworks of that family share.

Only the functions that run in the `convert` environment import anything beyond the standard library.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .conversion import run_converter, unsupported

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CALIBRATION_FILE = "calibration_image_sample_data_20x128x128x3_float32.npy"
"""onnx2tf downloads it for models with image inputs, and uses it only to quantise. If it lies in the working
directory it is not downloaded."""


def to_saved_model(model: Path, target: Path, signature: Mapping[str, Any]) -> Path:
    """Write `target`, a SavedModel's folder, and return it; works in the folder it lies in.

    Inputs keep their shapes and layouts, so that the same samples fit; they are ``input_0``, ... and the
    outputs ``output_0``, ..., for onnx2tf spoils names. It writes over the model it is given.

    Raises:
        NotImplementedError: the model has dynamic dimensions, or operators that the way there lacks.
        RuntimeError: onnx2tf failed, or what it made takes or gives something else.
    """
    import numpy as np  # noqa: PLC0415 - only the convert environment needs these
    import onnx  # noqa: PLC0415

    from .onnx_rewrites import norms_spelled_out, plainly_named  # noqa: PLC0415

    for entry in signature["inputs"]:
        if None in entry["shape"]:
            raise NotImplementedError(f"onnx2tf does not keep dynamic dimensions (input {entry['name']})")
    folder = target.parent
    np.save(folder / _CALIBRATION_FILE, np.zeros((20, 128, 128, 3), dtype=np.float32))
    source = folder / "source.onnx"
    rewritten = norms_spelled_out(onnx.load(model))  # onnx2tf 1.29 fails on ReduceL2
    onnx.save(plainly_named(rewritten, [entry["name"] for entry in signature["inputs"]]), source)
    _run("onnx2tf_program", [source.name, target.name, json.dumps(signature)], folder)
    if not target.exists():
        raise RuntimeError("onnx2tf ended well and wrote nothing")
    source.unlink()
    return target


def to_tflite(saved_model: Path, target: Path) -> Path:
    """Write `target`, a TFLite file with float32 weights, and return it; works in the folder it lies in.

    Raises:
        NotImplementedError: the model has operators that LiteRT lacks.
        RuntimeError: TensorFlow's converter failed.
    """
    _run("tflite_program", [str(saved_model), str(target)], target.parent)
    return target


def _run(program: str, arguments: Sequence[str], folder: Path) -> None:
    """Run a program of ours; onnx2tf calls others of its environment by their bare names."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": programs, "TF_CPP_MIN_LOG_LEVEL": "2"}
    try:
        command = [sys.executable, "-m", f"framewatt_worker.{program}", *arguments]
        run_converter(command, folder, environment, program=program.removesuffix("_program"))
    except RuntimeError as error:
        raise _explained(folder, error) from error


def _explained(folder: Path, error: RuntimeError) -> Exception:
    """Why onnx2tf failed, from its log: operators that it or LiteRT lacks are told apart."""
    text = (folder / "converter.log").read_text(encoding="utf-8")
    lacking = re.findall(r"No module named 'onnx2tf\.ops\.(\w+)'|(\w+) OP is not yet implemented", text)
    if lacking:
        return unsupported(("".join(names) for names in lacking), "onnx2tf")
    beyond = re.search(r"^(?:TF Select|Custom) ops: (.+)$", text, re.MULTILINE)
    if beyond:
        return unsupported((name.strip() for name in beyond[1].split(",")), "LiteRT")
    node = re.search(r"onnx_op_name: (\S+)", text)
    return RuntimeError(f"onnx2tf fails at node {node[1]}: {error}" if node else f"onnx2tf: {error}")
