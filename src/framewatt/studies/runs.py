"""The runs of a folder as a document: when, what, what came of it, how long, how large."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from framewatt import __version__
from framewatt.errors import FramewattError
from framewatt.runs.folder import RunFolder
from framewatt.runs.listing import folders

if TYPE_CHECKING:
    from pathlib import Path

    from framewatt.records import Json

SCHEMA = "framewatt/runs/1"
_CONCLUSIONS = ("decision.json", "comparison.json")
"""What a finished study leaves beside its records."""


def runs_document(root: Path) -> Json:
    """Every run of `root`, newest first; what cannot be read is named with the reason."""
    runs, unreadable = [], []
    for path in folders(root):
        try:
            runs.append(_row(RunFolder.open_run(path)))
        except FramewattError as error:
            unreadable.append(str(error))
    return {
        "schema": SCHEMA,
        "framewatt_version": __version__,
        "folder": str(root),
        "runs": runs,
        "unreadable": unreadable,
    }


def _row(run: RunFolder) -> Json:
    manifest, concluded = run.manifest, _conclusion(run.path)
    question = manifest.question
    return {
        "run": run.path.name,
        "path": str(run.path),
        "created": manifest.created,
        "work": manifest.workload.name if question is None else " | ".join(question.commands),
        "stage": manifest.stage.value if question is None else "comparison",
        "command": manifest.command,
        "verdict": concluded.get("verdict"),
        "advice": concluded.get("advice") or _reason(concluded),
        "seconds": _seconds(concluded),
        "bytes": sum(file.stat().st_size for file in run.path.rglob("*") if file.is_file()),
    }


def _conclusion(path: Path) -> Json:
    """What the study came to, or nothing where it has not ended."""
    for name in _CONCLUSIONS:
        try:
            concluded = json.loads((path / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(concluded, dict):
            return concluded
    return {}


def _reason(concluded: Json) -> str | None:
    """Of a comparison: who was selected, and why."""
    who = ", ".join(concluded.get("selected", ()))
    return f"{who}: {concluded['reason']}" if who else concluded.get("reason")


def _seconds(concluded: Json) -> float | None:
    if "spent_seconds" in concluded:
        return float(concluded["spent_seconds"])
    value = concluded.get("selection_cost", {}).get("duration", {}).get("value")
    return None if value is None else float(value)
