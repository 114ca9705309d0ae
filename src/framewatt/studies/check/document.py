"""The gate's judgement as a document (``framewatt/check/1``)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scipy import special

from framewatt import __version__
from framewatt.errors import BadInput
from framewatt.records import Candidate
from framewatt.statistics import student_bounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.studies.check.run import RunTrials

SCHEMA = "framewatt/check/1"
BETWEEN_RUNS_SD = 0.03
"""Standard deviation of the log ratio of the same work in runs minutes apart (0.95 to 1.04 on record)."""
BETWEEN_RUNS_SD_ANCHORED = 0.01
"""The same of a ratio to an anchor candidate that ran beside it (1.2 % of half-width on record)."""
_UNLIKE = (
    "machine",
    "model",
    "functional unit",
    "scenario",
    "samples",
    "threads",
    "meter",
    "power model",
    "SCI",
)
_OF_ENERGY = ("meter", "power model")


@dataclass(frozen=True, slots=True)
class _Change:
    value: float
    low: float
    high: float


def check(  # noqa: PLR0913 - two runs and four rules, the latter by name
    new: RunTrials,
    old: RunTrials,
    *,
    max_increase: float,
    metric: str = "energy",
    anchor: str | None = None,
    confidence: float = 0.95,
) -> dict[str, Any]:
    """Compare every candidate that both runs measured.

    A candidate is *worse* when the lower limit of its ratio new over old lies above ``1 + max_increase``.
    The limits hold for all candidates together (Bonferroni) and carry launches, windows and what runs differ
    by as a whole.

    Raises:
        BadInput: the runs are of unlike machines or work, share no candidate, or lack the anchor.
    """
    _require_alike(new, old, metric)
    anchor_key = _anchor_key(new, old, anchor)
    shared = [key for key in new.observations if key in old.observations and key != anchor_key]
    if not shared:
        raise BadInput(f"{new.path} and {old.path} share no measured candidate; nothing can be compared")
    rows, level = [], (1 - confidence) / len(shared)
    for key in shared:
        trials = [run.trials(key, metric, anchor_key) for run in (new, old)]
        same = new.path == old.path
        change = _change(*trials, anchored=anchor is not None, same=same, level=level)
        rows.append(_row(new.ids[key], old.ids[key], change, max_increase))
    worse = [row["candidate"] for row in rows if row["worse"]]
    return {
        "schema": SCHEMA,
        "framewatt_version": __version__,
        "run": new.path,
        "against": old.path,
        "metric": metric,
        "max_increase": max_increase,
        "confidence": confidence,
        "anchor": anchor,
        "between_runs_sd": BETWEEN_RUNS_SD_ANCHORED if anchor else BETWEEN_RUNS_SD,
        "passed": not worse,
        "worse": worse,
        "candidates": rows,
    }


def _require_alike(new: RunTrials, old: RunTrials, metric: str) -> None:
    for what in _UNLIKE:
        if what in _OF_ENERGY and metric == "cpu_seconds":
            continue
        mine, theirs = new.alike[what], old.alike[what]
        if mine != theirs:
            raise BadInput(
                f"unlike {what}: {_written(mine)} in {new.path}, {_written(theirs)} in {old.path}; "
                "such runs cannot be compared"
            )


def _written(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - one line for people


def _anchor_key(new: RunTrials, old: RunTrials, anchor: str | None) -> str | None:
    if anchor is None:
        return None
    for key, name in new.ids.items():
        meant = anchor == key or Candidate.parse(name).matches(anchor)
        if meant and old.ids.get(key) == name:
            return key
    raise BadInput(f"the anchor {anchor!r} was not measured, unchanged, in both runs; choose another")


def _change(
    new: Sequence[float], old: Sequence[float], *, anchored: bool, same: bool, level: float
) -> _Change:
    """Ratio of geometric means with Student's interval, widened in quadrature by what runs differ by.

    One variance serves both runs: the program is the same, and each run has only a few trials. A run against
    itself is the same data: its ratio is 1, with the width that another such run would have.
    """
    limits = student_bounds([new, old], level, single_variance=BETWEEN_RUNS_SD**2)
    trial_half = float(limits.high[0, 1] - limits.value[0, 1])
    run_sd = BETWEEN_RUNS_SD_ANCHORED if anchored else BETWEEN_RUNS_SD
    run_half = -float(special.ndtri(level / 2)) * run_sd
    half = math.hypot(trial_half, run_half)
    value = 0.0 if same else float(limits.value[0, 1])
    return _Change(math.exp(value), math.exp(value - half), math.exp(value + half))


def _row(new_id: str, old_id: str, change: _Change, max_increase: float) -> dict[str, Any]:
    worse = change.low > 1 + max_increase
    surely_not = change.high <= 1 + max_increase
    return {
        "candidate": new_id,
        "against": old_id,
        "ratio": {
            "value": change.value,
            "unit": "1",
            "provenance": "derived",
            "low": change.low,
            "high": change.high,
        },
        "worse": worse,
        "judgement": "worse" if worse else "not worse" if surely_not else "no worse beyond doubt",
    }
