"""framewatt: find the AI/ML framework that does your own work with the least energy and carbon."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from framewatt.api.runs import load, resume
    from framewatt.api.select import select
    from framewatt.api.selection import Selection
    from framewatt.decision import Decision
    from framewatt.metering.power.build import power_model

__version__ = "0.1.0"
__all__ = ["Decision", "Selection", "__version__", "load", "power_model", "resume", "select"]

_PUBLIC = {
    "Decision": "framewatt.decision",
    "Selection": "framewatt.api.selection",
    "load": "framewatt.api.runs",
    "power_model": "framewatt.metering.power.build",
    "resume": "framewatt.api.runs",
    "select": "framewatt.api.select",
}


def __getattr__(name: str) -> Any:
    """Public names are imported on first use, so that the command line answers at once."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    """What completion offers: the public names, used already or not."""
    return sorted(__all__)
