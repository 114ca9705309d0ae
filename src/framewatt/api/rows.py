"""The table of a decision as plain rows: one a framework, figures with the ends of their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from framewatt.records import Json

WORDS = ("framework", "version", "standing", "candidate", "reason")
"""The columns that are no figures."""
_FIGURES = ("energy_per_unit", "cpu_seconds_per_unit")
_RATIOS = ("ratio_to_best", "cpu_ratio_to_best")


def framework_rows(document: Json) -> Iterator[dict[str, Any]]:
    """A row for each framework that was tried, best first; energies in J, times in s, memory in bytes."""
    candidates = {row["id"]: row for row in document["candidates"]}
    for entry in document["frameworks"]:
        yield _row(entry, candidates[entry["candidate"]])


def _row(entry: Json, candidate: Json) -> dict[str, Any]:
    quality, latency = candidate["quality"], candidate["latency"]
    figures = {name: candidate[name] for name in _FIGURES} | {name: entry[name] for name in _RATIOS}
    return {
        "framework": entry["name"],
        "version": candidate["version"],
        "standing": entry["standing"],
        **{column: value for name, figure in figures.items() for column, value in _ends(name, figure)},
        **({"latency_p99": latency["p99"]["value"]} if "p99" in latency else {}),
        "peak_memory": candidate["peak_memory"]["value"],
        quality["metric"] or "quality": quality["value"]["value"],
        "candidate": entry["candidate"],
        "reason": entry["reason"],
    }


def _ends(name: str, figure: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield name, figure["value"]
    yield f"{name}_low", figure["low"]
    yield f"{name}_high", figure["high"]
