"""A trained model in Keras's own format, as ``model.save("model.keras")`` writes it.

It is loaded in safe mode: no code that the file carries is run.
"""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput
from framewatt.records import Workload
from framewatt.workload.paths import existing_file, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TITLE = "Keras model (.keras)"
_PARTS = ("config.json", "metadata.json", "model.weights.h5")
_CODE = "Lambda"
"""The layer whose configuration is a Python function."""


def claims(source: str) -> bool:
    """Whether the name ends in ``.keras``."""
    return source.lower().endswith(".keras")


def open_workload(source: str) -> Workload:
    """Check, without loading it, that the archive is whole and needs nobody else's code.

    Raises:
        BadInput: missing, damaged, of another format, or with custom objects.
    """
    path = existing_file(source)
    config = _config(path, source)
    for node in _objects(config):
        if node["class_name"] == _CODE:
            raise BadInput(f"{source}: holds a Lambda layer, whose code is not run; write it as Keras layers")
        if _is_custom(node):
            raise BadInput(
                f"{source}: holds the custom object {node['class_name']}, whose code a .keras file does not "
                "carry; export the model to ONNX and select that file"
            )
    return Workload(name=path.stem, kind="keras_file", format="keras", path=path, sha256=sha256_of(path))


def _config(path: Path, source: str) -> Any:
    if not zipfile.is_zipfile(path):
        raise BadInput(
            f"{source}: not a .keras archive (Keras 3's model.save writes one), or a truncated one"
        )
    try:
        with zipfile.ZipFile(path) as archive:
            missing = [part for part in _PARTS if part not in archive.namelist()]
            if missing:
                raise BadInput(f"{source}: not a whole .keras archive: {missing[0]} is missing")
            if damaged := archive.testzip():
                raise BadInput(f"{source}: damaged: {damaged} does not fit its checksum")
            return json.loads(archive.read("config.json"))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise BadInput(f"{source}: damaged .keras archive ({error})") from None


def _is_custom(node: dict[str, Any]) -> bool:
    """Whether it needs code that is not Keras's: registered by somebody else, or from another module."""
    package = str(node.get("module") or "").partition(".")[0]
    return package != "keras" and bool(node.get("registered_name") or package not in {"", "builtins"})


def _objects(config: Any) -> Iterator[dict[str, Any]]:
    """Every serialised object, however deep."""
    if isinstance(config, dict):
        if "class_name" in config:
            yield config
        children: Any = config.values()
    else:
        children = config if isinstance(config, list) else ()
    for child in children:
        yield from _objects(child)
