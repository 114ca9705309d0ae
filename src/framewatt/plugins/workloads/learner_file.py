"""A model that a library for tables saved: this version races what it trained itself, and says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput
from framewatt.workload.paths import begins_with, existing_file

if TYPE_CHECKING:
    from pathlib import Path

    from framewatt.records import Workload

TITLE = "model of XGBoost, LightGBM, CatBoost or scikit-learn"
ADVISES = True
_SUFFIXES = (".ubj", ".json", ".cbm", ".txt", ".model", ".pkl", ".pickle", ".joblib", ".skops")
_PICKLES = (".pkl", ".pickle", ".joblib", ".skops")
_CATBOOST, _LIGHTGBM = b"CBM1", b"tree\n"
_TRAIN = "`framewatt select DATA.csv --target COLUMN`"


def claims(source: str) -> bool:
    """Whether the name ends as those that these libraries' users give."""
    return source.lower().endswith(_SUFFIXES)


def open_workload(source: str) -> Workload:
    """Say whose it is, by its beginning, and what this version does.

    Raises:
        BadInput: always.
    """
    path = existing_file(source)
    if path.suffix.lower() in _PICKLES:
        raise BadInput(
            f"{source}: a pickle, which can run any code when it is read, so it is not; if it is a "
            f"scikit-learn model, convert it to ONNX (skl2onnx), or let framewatt train: {_TRAIN}"
        )
    library = _library_of(source, path)
    if library is None:
        raise BadInput(f"{source}: not a model that XGBoost, LightGBM or CatBoost saved")
    raise BadInput(
        f"{source}: saved by {library}; this version races such models where it trains them ({_TRAIN}), and "
        "others only as ONNX (onnxmltools converts them)"
    )


def _library_of(source: str, path: Path) -> str | None:
    if begins_with(source, _CATBOOST):
        return "CatBoost"
    if begins_with(source, _LIGHTGBM):
        return "LightGBM"
    if begins_with(source, b"{L"):  # UBJSON: an object, whose first key's length follows
        return "XGBoost"
    content = _json(path) if begins_with(source, b"{") else None
    if content is None:
        return None
    if "learner" in content:
        return "XGBoost"
    return "LightGBM" if "tree_info" in content else "CatBoost" if "oblivious_trees" in content else None


def _json(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_bytes())
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
