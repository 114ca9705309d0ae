"""A model that comes with framewatt, with its real inputs and labels: ``example:NAME``."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from framewatt.errors import BadInput
from framewatt.plugins.workloads import onnx
from framewatt.records import Workload  # noqa: TC001 - a plug-in is small; one import block reads better

TITLE = "bundled example"
_SCHEME = "example:"
_EXAMPLES = Path(__file__).parent.parent.parent / "workload" / "bundled"


def claims(source: str) -> bool:
    """Whether the source is written ``example:NAME``."""
    return source.startswith(_SCHEME)


def open_workload(source: str) -> Workload:
    """The example's model, samples, labels and metric.

    Raises:
        BadInput: no example of that name.
    """
    name = source.removeprefix(_SCHEME)
    known = [path.parent.name for path in _EXAMPLES.glob("*/example.json")]
    if name not in known:
        raise BadInput(f"no example {name!r}; there is {', '.join(sorted(known))}")
    folder = _EXAMPLES / name
    declaration = json.loads((folder / "example.json").read_text())
    workload = onnx.open_workload(str(folder / declaration["model"]))
    return replace(
        workload,
        name=name,
        kind="example",
        samples=folder / declaration["samples"],
        labels=folder / declaration["labels"],
        metric=declaration["metric"],
    )
