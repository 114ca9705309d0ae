"""ONNX to TensorFlow's formats through onnx2tf: what the frameworks of that family share.

Only the functions that run in the `convert` environment import anything beyond the standard library.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .conversion import run_converter, unsupported

if TYPE_CHECKING:
    from collections.abc import Mapping

_CALIBRATION_FILE = "calibration_image_sample_data_20x128x128x3_float32.npy"
"""onnx2tf downloads it for models with image inputs, and uses it only to quantise. If it lies in the working
directory it is not downloaded."""


def convert_with_onnx2tf(model: Path, target: Path, signature: Mapping[str, Any]) -> Path:
    """Write `target`, a TFLite file or a SavedModel's folder, and return it; works in the folder it lies in.

    Inputs keep their shapes and layouts, so that the same samples fit. onnx2tf writes over the model it is
    given, and calls other programs of its environment by their bare names.

    Raises:
        NotImplementedError: the model has dynamic dimensions, or operators that the way there lacks.
        RuntimeError: onnx2tf failed.
    """
    import numpy as np  # noqa: PLC0415 - only the convert environment needs these
    import onnx  # noqa: PLC0415

    from .onnx_rewrites import norms_spelled_out  # noqa: PLC0415

    for entry in signature["inputs"]:
        if None in entry["shape"]:
            raise NotImplementedError(f"onnx2tf does not keep dynamic dimensions (input {entry['name']})")
    folder = target.parent
    np.save(folder / _CALIBRATION_FILE, np.zeros((20, 128, 128, 3), dtype=np.float32))
    source = folder / "source.onnx"
    onnx.save(norms_spelled_out(onnx.load(model)), source)  # onnx2tf 1.29 fails on ReduceL2
    command = [sys.executable, "-m", "framewatt_worker.onnx2tf_program", source.name, target.name]
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": programs, "TF_CPP_MIN_LOG_LEVEL": "2"}
    try:
        names = [entry["name"] for entry in signature["inputs"]]
        run_converter([*command, *names], folder, environment, program="onnx2tf")
    except RuntimeError as error:
        raise _explained(folder, error) from error
    if not target.exists():
        raise RuntimeError("onnx2tf ended well and wrote nothing")
    source.unlink()
    return target


def arrange(wanted: list[dict[str, Any]], offered: list[tuple[str, tuple[int, ...]]]) -> list[int]:
    """For each wanted tensor, the index of the offered (name, shape) that is it.

    Converters rename: names are compared by their letters and digits, then unique shapes, then positions.
    """
    if len(wanted) != len(offered):
        raise RuntimeError(
            f"the converted model has {len(offered)} tensors where the model has {len(wanted)}"
        )
    plain = [re.sub(r"^serving_default_|:\d+$", "", name) for name, _ in offered]
    plain = [re.sub(r"\W", "_", name) for name in plain]
    names = [re.sub(r"\W", "_", entry["name"]) for entry in wanted]
    if sorted(plain) == sorted(names) and len(set(names)) == len(names):
        return [plain.index(name) for name in names]
    shapes = [tuple(shape) for _, shape in offered]
    sizes = [tuple(entry["shape"]) for entry in wanted]
    if sorted(shapes) == sorted(sizes) and len(set(sizes)) == len(sizes):
        return [shapes.index(size) for size in sizes]
    return list(range(len(wanted)))


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
