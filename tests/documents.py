"""Decisions that look real: the recorded ones with a verdict over frameworks put on them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parent / "runs" / "recorded"
Document = dict[str, Any]


def recorded(name: str = "onnx-study") -> Document:
    """The decision of a recorded run."""
    document: Document = json.loads((RECORDED / name / "decision.json").read_text())
    return document


def quantity(value: float | None, unit: str, low: float | None = None, high: float | None = None) -> Document:
    """A derived figure, or an unknown one."""
    reason = "nothing to compare with" if value is None else None
    kind = None if value is None else "derived"
    ends = {"low": low, "high": high}
    return {"value": value, "unit": unit, "provenance": kind, **ends, "scope": None, "reason": reason}


def decided(
    verdict: str, advice: str, *, decided_on: str = "cpu_seconds", name: str = "onnx-study"
) -> Document:
    """The recorded decision with this verdict, each framework by the cheapest of its settings."""
    document = copy.deepcopy(recorded(name))
    best = _best_of_each(document, decided_on)
    none = verdict == "none"
    standings = {"undecided": "maybe", "good": "maybe"}
    rows = []
    for number, row in enumerate(best):
        standing = "failed" if none else "chosen" if not number else standings.get(verdict, "ruled_out")
        low, high = (1.0, 1.0) if not number else (1.02 + number, 1.08 + number)
        ratio = quantity((low + high) / 2, "1", low, high)
        rows.append(
            {
                "key": f"{row['framework']}@{row['version']}",
                **{key: row[key] for key in ("framework", "status", "reason")},
                "name": row["title"],
                "candidate": row["id"],
                "standing": standing,
                "ratio_to_best": ratio,
                "cpu_ratio_to_best": ratio,
            }
        )
    document |= {
        "verdict": verdict,
        "advice": advice,
        "remedies": ["Measure on a quiet machine"],
        "decided_on": decided_on,
        "selected": [] if none else [best[0]["id"]],
        "max_regret": 0.05,
        "regret": quantity(None if none else 0.02, "1", 0.0, 0.02),
        "frameworks": rows,
        "setting": {"verdict": "uncontested", "candidates": [best[0]["id"]], "sentence": None},
        "savings": {"against": None, "name": None, "share": quantity(None, "1"), "per_million_units": None,
                    "per_year": None, "volume": None},
        "incumbent": None,
        "incumbent_reason": None,
    }  # fmt: skip
    for row in document["candidates"]:
        row["as_shipped"] = row["settings"].get("as") == "shipped"
    return document


def _best_of_each(document: Document, decided_on: str) -> list[Document]:
    figure = "cpu_seconds_per_unit" if decided_on == "cpu_seconds" else "energy_per_unit"
    rows = sorted(document["candidates"], key=lambda row: float(row[figure]["value"]))
    first = {row["framework"]: row for row in reversed(rows)}
    return sorted(first.values(), key=lambda row: float(row[figure]["value"]))


def with_incumbent(document: Document, name: str = "ONNX Runtime as shipped", times: float = 2.8) -> Document:
    """The same where what runs today is the chosen framework as people install it, which is dearer."""
    document = copy.deepcopy(document)
    row = copy.deepcopy(document["candidates"][0])
    shipped = f"{row['framework']}@{row['version']}/cpu/python[as=shipped]"
    row |= {"id": shipped, "settings": {"as": "shipped"}, "name": name, "as_shipped": True}
    for figure in ("energy_per_unit", "cpu_seconds_per_unit"):
        row[figure] = {**row[figure], "value": row[figure]["value"] * times}
    row["cpu_ratio_to_best"] = row["ratio_to_best"] = quantity(times, "1", 0.9 * times, 1.1 * times)
    document["candidates"].append(row)
    saved = {
        "energy": quantity(3860.0, "J"),
        "cpu_seconds": quantity(960.0, "s"),
        "carbon": quantity(0.06, "g"),
    }
    year = {key: {**figure, "value": 365 * figure["value"]} for key, figure in saved.items()}
    document["incumbent"] = row["id"]
    document["savings"] = {
        "against": row["id"],
        "name": name,
        "share": quantity(1 - 1 / times, "1"),
        "reason": None,
        "per_million_units": saved,
        "per_year": year,
        "volume": {"units": 1e6, "per": "day"},
    }
    return document


def failed(document: Document, title: str, reason: str, status: str = "failed") -> Document:
    """The same with another framework that could not run."""
    document = copy.deepcopy(document)
    row = copy.deepcopy(document["candidates"][-1])
    name = title.lower()
    row |= {"id": f"{name}@1.0/cpu/python[threads=1]", "framework": name, "title": title, "name": title,
            "status": status, "reason": reason}  # fmt: skip
    row["energy_per_unit"] = row["cpu_seconds_per_unit"] = quantity(None, "J")
    document["candidates"].append(row)
    unknown = quantity(None, "1")
    document["frameworks"].append(
        {"key": f"{name}@1.0", "framework": name, "name": title, "candidate": row["id"], "standing": "failed",
         "status": status, "reason": reason, "ratio_to_best": unknown, "cpu_ratio_to_best": unknown}
    )  # fmt: skip
    return document
