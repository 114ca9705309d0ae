"""The analysis as a document (``framewatt/analyse/1``) and as text."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt import __version__
from framewatt.decision.conclusion import regret_quantity
from framewatt.records import Estimate, Provenance, Quantity
from framewatt.studies.analyse.comparison import GroupResult, Rules, compare_group

if TYPE_CHECKING:
    from framewatt.studies.analyse.table import Columns, RunTable

SCHEMA = "framewatt/analyse/1"


def analyse(table: RunTable, columns: Columns, name: str, rules: Rules | None = None) -> dict[str, Any]:
    """Compare the candidates in every group of the table.

    Args:
        table: The runs.
        columns: What the columns were taken for.
        name: What the table is called in the document and in errors.
        rules: How they are judged; the defaults where None.

    Raises:
        BadInput: a group with fewer than two candidates, or a candidate that ran once.
    """
    rules = rules or Rules()
    groups = []
    for key in dict.fromkeys(run.group for run in table.runs):
        labels = dict(zip(columns.by, key, strict=True))
        where = f"{name} ({', '.join(f'{by}={value}' for by, value in labels.items())})" if labels else name
        runs = [run for run in table.runs if run.group == key]
        paired = columns.block is not None
        result = compare_group(runs, rules, paired=paired, where=where)
        groups.append({"by": labels, **_group(result)})
    return {
        "schema": SCHEMA,
        "framewatt_version": __version__,
        "source": {"table": name, "runs": len(table.runs), **asdict(columns), "by": list(columns.by)}
        | {"unit": table.unit, "unit_source": table.unit_source},
        **asdict(rules),
        "groups": groups,
    }


def _group(result: GroupResult) -> dict[str, Any]:
    conclusion = result.conclusion
    candidates = [
        {
            "id": name,
            "runs": result.runs[index],
            "energy_per_run": _figure(result.means[index], "J", Provenance.DECLARED),
            "ratio_to_best": _figure(result.to_best[index], "1", Provenance.DERIVED),
        }
        for index, name in enumerate(result.names)
    ]
    return {
        "verdict": conclusion.verdict.value,
        "decided_on": "energy",
        "selected": list(conclusion.selected),
        "regret": regret_quantity(conclusion, Provenance.DERIVED).to_json(without=("scope",)),
        "reason": conclusion.reason,
        "method": result.method,
        "candidates": sorted(candidates, key=lambda row: row["energy_per_run"]["value"]),
        "ratios": _ratios(result),
        "warnings": [asdict(warning) for warning in result.warnings],
    }


def _ratios(result: GroupResult) -> list[dict[str, Any]]:
    limits, names = result.limits, result.names
    rows = []
    for first in range(len(names)):
        for second in range(first + 1, len(names)):
            ends = (float(np.exp(array[first, second])) for array in (limits.value, limits.low, limits.high))
            ratio = _figure(Estimate(*ends), "1", Provenance.DERIVED)
            rows.append({"numerator": names[first], "denominator": names[second], "ratio": ratio})
    return rows


def _figure(estimate: Estimate, unit: str, provenance: Provenance) -> dict[str, Any]:
    """An interval that reaches below zero says nothing of a figure that cannot: it is left out."""
    known = estimate.low > 0 and math.isfinite(estimate.high)
    low, high = (estimate.low, estimate.high) if known else (None, None)
    return Quantity(estimate.value, unit, provenance, low, high).to_json(without=("scope", "reason"))
