"""Whether candidates did the same work under the same conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt.records import AuditWarning, Phase
from framewatt.records.units import format_si

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from framewatt.records import Candidate, Measurement

_SHORT_QUERY = 50e-6
"""Seconds. Python frameworks need 2 to 20 µs to take a query and to hand out its answer."""


def audit_candidates(candidates: Sequence[Candidate]) -> list[AuditWarning]:
    """Unequal precision and unequal thread counts among candidates that are compared with each other."""
    warnings = (
        _unequal(
            candidates, "precision", "unequal-precision", "precisions",
            "compare within one precision, or judge the cheaper one by quality on labelled data",
        ),
        _unequal(
            candidates, "threads", "unequal-threads", "thread counts",
            "compare at an equal thread budget too: more threads often cost more energy for less time",
        ),
    )  # fmt: skip
    return [warning for warning in warnings if warning is not None]


def audit_feeding(measurements: Iterable[Measurement]) -> list[AuditWarning]:
    """Queries so short that handing them over from Python is a good part of what is compared."""
    seconds: dict[str, list[float]] = {}
    for window in measurements:
        queries = sum((window.latency or {}).values())
        if window.phase is Phase.STEADY and queries:
            seconds.setdefault(window.candidate, []).append(window.usage.seconds / queries)
    medians = {name: float(np.median(values)) for name, values in seconds.items()}
    short = sorted({name.partition("@")[0] for name, value in medians.items() if value < _SHORT_QUERY})
    if not short:
        return []
    shortest = min(medians.values())
    return [
        AuditWarning(
            "bindings-compared",
            f"queries of {', '.join(short)} take {format_si(shortest, 's')} and more: below "
            f"{1e6 * _SHORT_QUERY:.0f} µs, feeding them from Python is a good part of what is compared",
            "put several samples into a query if your service can (--scenario offline --batch-size 16), or "
            "compare your own programs with `framewatt compare`",
        )
    ]


def audit_samples(samples: Iterable[Mapping[str, Any]], *, generated: bool) -> list[AuditWarning]:
    """Generated inputs, and inputs so small that processors compute them slowly.

    Args:
        samples: Arrays by input name, one mapping per sample.
        generated: Whether framewatt made the inputs up.
    """
    warnings = []
    if generated:
        warnings.append(
            AuditWarning(
                "generated-inputs",
                "the inputs were generated: real ones may take other paths, shapes and caches",
                "hand over real inputs with --samples",
            )
        )
    share = _subnormal_share(samples)
    if share > 0:
        warnings.append(
            AuditWarning(
                "denormals",
                f"{share:.2%} of the input values are subnormal numbers, which many processors compute "
                "ten times more slowly",
                "scale the inputs, or set them to zero where they are meant to be",
            )
        )
    return warnings


def _subnormal_share(samples: Iterable[Mapping[str, Any]]) -> float:
    subnormal, count = 0, 0
    for sample in samples:
        for array in map(np.asarray, sample.values()):
            if np.issubdtype(array.dtype, np.floating):
                size = np.abs(array)
                subnormal += int(((size > 0) & (size < np.finfo(array.dtype).tiny)).sum())
                count += array.size
    return subnormal / count if count else 0.0


def _unequal(
    candidates: Sequence[Candidate], setting: str, code: str, what: str, remedy: str
) -> AuditWarning | None:
    values: dict[str, list[str]] = {}
    for candidate in candidates:
        value = dict(candidate.settings).get(setting)
        if value is not None:
            values.setdefault(value, []).append(candidate.framework)
    if len(values) <= 1:
        return None
    listed = "; ".join(f"{value}: {', '.join(sorted(set(names)))}" for value, names in sorted(values.items()))
    return AuditWarning(code, f"candidates with different {what} are compared ({listed})", remedy)
