"""An ONNX file."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import onnx

from framewatt.errors import BadInput
from framewatt.records import Workload
from framewatt.workload.graphs import read_signature, tensors
from framewatt.workload.paths import existing_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

TITLE = "ONNX model"


def claims(source: str) -> bool:
    """Whether the name ends in ``.onnx``."""
    return source.lower().endswith(".onnx")


def open_workload(source: str) -> Workload:
    """Read the graph's signature and check that its weights stay inside its folder.

    Raises:
        BadInput: missing, truncated, not ONNX, no inputs, or external data that escapes the folder.
    """
    path = existing_file(source)
    try:
        model = onnx.load(str(path), load_external_data=False)
    except Exception as error:  # noqa: BLE001 - protobuf's errors have no base of their own
        raise BadInput(f"{source}: not an ONNX model, or a truncated one ({type(error).__name__})") from None
    if not model.graph.node or not model.graph.output:
        raise BadInput(f"{source}: not an ONNX model: it holds no graph with outputs")
    external = _external_files(model, path)
    try:
        signature = read_signature(model)
    except BadInput as error:
        raise BadInput(f"{source}: {error}") from None
    if not signature.inputs:
        raise BadInput(f"{source}: the model has no inputs, so there is nothing to run it on")
    try:
        onnx.checker.check_model(str(path))
    except (onnx.checker.ValidationError, UnicodeDecodeError) as error:  # names of damaged graphs are no text
        raise BadInput(f"{source}: not a valid ONNX model: {str(error).splitlines()[0]}") from None
    return Workload(
        name=path.stem,
        kind="onnx",
        format="onnx",
        path=path,
        sha256=_digest([path, *external]),
        signature=signature,
    )


def _external_files(model: onnx.ModelProto, path: Path) -> list[Path]:
    files = set()
    for tensor in tensors(model):
        for entry in tensor.external_data:
            if entry.key == "location":
                target = (path.parent / entry.value).resolve()
                if not target.is_relative_to(path.parent):
                    raise BadInput(
                        f"{path}: its external data {entry.value!r} lie outside its folder; refused"
                    )
                if not target.is_file():
                    raise BadInput(f"{path}: its external data file {entry.value!r} is missing")
                files.add(target)
    return sorted(files)


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()
