"""A Keras model in HDF5, as ``model.save("model.h5")`` writes it; loaded in safe mode like a .keras file."""

from __future__ import annotations

import hashlib

from framewatt.errors import BadInput
from framewatt.records import Workload
from framewatt.workload.paths import begins_with, existing_file

TITLE = "Keras model (.h5)"
_MAGIC = b"\x89HDF\r\n\x1a\n"
_ARCHITECTURE = b"model_config"
"""The attribute that holds the layers; a file of weights alone has none."""


def claims(source: str) -> bool:
    """Whether the name ends in ``.h5`` or ``.hdf5``."""
    return source.lower().endswith((".h5", ".hdf5"))


def open_workload(source: str) -> Workload:
    """Check, without reading it as HDF5, that the file holds a whole model.

    Raises:
        BadInput: missing, another kind of file, or weights alone.
    """
    path = existing_file(source)
    if not begins_with(source, _MAGIC):
        raise BadInput(f"{source}: not an HDF5 file, or a damaged one")
    content = path.read_bytes()
    if _ARCHITECTURE not in content:
        raise BadInput(
            f"{source}: weights alone, without their layers; load them into the model they belong to "
            "(model.load_weights), then select what model.save('model.keras') writes"
        )
    return Workload(path.stem, "keras_file", "keras", path, hashlib.sha256(content).hexdigest())
