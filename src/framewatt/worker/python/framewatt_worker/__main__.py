"""``python -m framewatt_worker FRAMEWORK_FILE``: answer requests until the pipe ends."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .channel import Channel
from .operations import Operations
from .reasons import cause, lacking_operators, unsupported

if TYPE_CHECKING:
    from types import ModuleType


def load_by_path(path: str) -> ModuleType:
    """The framework file as a module whose name cannot shadow the framework itself.

    Its functions may import what lies beside it as ``from ._neighbour import ...``.
    """
    beside = [str(Path(path).parent)]
    spec = importlib.util.spec_from_file_location(
        "framewatt_framework", path, submodule_search_locations=beside
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


def answer(operations: Operations, request: dict[str, Any]) -> dict[str, Any]:
    """One reply: ``{"ok": true, ...}`` or ``{"ok": false, "kind", "message"}``."""
    name = request["op"]
    if name not in operations.names():
        return {"ok": False, "kind": "unsupported", "message": f"this worker has no operation {name!r}"}
    try:
        return {"ok": True, **getattr(operations, f"op_{name}")(request)}
    except NotImplementedError as error:
        return {"ok": False, "kind": "inapplicable", "message": str(error)}
    except MemoryError:
        return {"ok": False, "kind": "memory", "message": f"out of memory during {name}"}
    except Exception as error:  # noqa: BLE001 - whatever a framework raises is an answer, not our crash
        traceback.print_exc()
        return _failure(error, operations.title)


def _failure(error: Exception, framework: str) -> dict[str, Any]:
    """What a framework raised; an operator that it lacks is told in the same words whoever lacks it."""
    if lacking := lacking_operators(str(error)):
        return {"ok": False, "kind": "inapplicable", "message": str(unsupported(lacking, framework))}
    told = cause(str(error))
    kind = type(error)
    says_enough = told and (kind is RuntimeError or kind.__module__ != "builtins")
    return {"ok": False, "kind": "failed", "message": told if says_enough else f"{kind.__name__}: {told}"}


def main() -> None:
    """Serve one parent."""
    channel = Channel()
    operations = Operations(load_by_path(sys.argv[1]))
    for request in channel.requests():
        if request["op"] == "exit":
            channel.reply({"ok": True})
            return
        channel.reply(answer(operations, request))


if __name__ == "__main__":
    main()
