"""Running a user's own model file, in the framework's environment and only because its path was typed."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


@cache
def run_file(model: Path, framework: str) -> ModuleType:
    """Run `model` as a module of its own, with its folder importable as for a script; once a process.

    Raises:
        RuntimeError: not a Python file, or it imports what `framework`'s environment does not hold.
    """
    spec = importlib.util.spec_from_file_location("framewatt_model", model)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{model.name} is not a Python file")
    sys.path.insert(0, str(model.parent))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        raise RuntimeError(
            f"{model.name} imports {error.name}, which is not in {framework}'s environment; "
            "add it by --with, or take your own by --env current"
        ) from error
    return module
