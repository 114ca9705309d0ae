"""``--region`` and ``--intensity`` to one carbon intensity: which source answers, which was tried before."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from framewatt.errors import BadInput, GridUnavailable
from framewatt.plugins import discover, nearest
from framewatt.records import GridIntensity, IntensityKind, Provenance, Quantity

if TYPE_CHECKING:
    from datetime import datetime

    from framewatt.plugins import Plugin

_HIGHEST_PLAUSIBLE = 2000
"""gCO2eq/kWh; no grid exceeds it, and GSF's self-certification refuses more."""


def resolve_intensity(
    region: str | None = None,
    intensity: float | Quantity | None = None,
    *,
    when: datetime | None = None,
    kind: str = IntensityKind.AVERAGE,
) -> GridIntensity | None:
    """The intensity that a study uses; None when neither was given: there is no default country.

    A declared `intensity` (gCO2eq/kWh) wins. Otherwise every source that covers the way `region` is written
    is asked, highest RANK first; one that does not answer is named in the result's warnings.

    Raises:
        BadInput: an unknown region (with the nearest names) or an impossible intensity.
        GridUnavailable: every source that covers the region failed to answer.
    """
    if intensity is not None:
        return declared(intensity, region, kind)
    if region is None:
        return None
    sources = sorted(_covering(region), key=lambda plugin: -plugin.module.RANK)
    failures: list[str] = []
    for plugin in sources:
        try:
            found: GridIntensity = plugin.module.intensity(region, when)
        except (BadInput, GridUnavailable) as error:
            failures.append(f"{plugin.name}: {error}")
            last = error
            continue
        fallen = tuple(f"{failure}; fell back on {found.source}" for failure in failures)
        return replace(found, warnings=(*fallen, *found.warnings))
    if not sources:
        raise BadInput(f"unknown region {region!r}{_suggestions(region)}")
    if isinstance(last, GridUnavailable):
        raise GridUnavailable("; ".join(failures))
    raise BadInput(f"{last}{_suggestions(region)}")


def intensity_or_reason(
    region: str | None = None, intensity: float | None = None
) -> tuple[GridIntensity | None, str | None]:
    """As `resolve_intensity`, but a live source that does not answer is a reason instead of an error.

    For a study that is measured, or about to be: it must not be lost because carbon could not be looked up.
    Bad input is still raised.
    """
    try:
        return resolve_intensity(region, intensity), None
    except GridUnavailable as error:
        return None, str(error)


def declared(
    value: float | Quantity, region: str | None = None, kind: str = IntensityKind.AVERAGE
) -> GridIntensity:
    """An intensity that the user states.

    Raises:
        BadInput: negative, not finite, beyond any grid, or market-based, which SCI excludes.
    """
    if kind not in set(IntensityKind):
        raise BadInput(
            f"intensity kind {kind!r}: SCI takes average or marginal; market-based measures are excluded by "
            "the specification, since certificates do not change the electricity that flows"
        )
    stated = value.value if isinstance(value, Quantity) else value
    if stated is None or not (math.isfinite(stated) and 0 <= stated <= _HIGHEST_PLAUSIBLE):
        raise BadInput(f"intensity {stated} gCO2eq/kWh: give a figure from 0 to {_HIGHEST_PLAUSIBLE}")
    zero = ("an intensity of 0 needs its reason in the report: no grid is free of emissions",)
    return GridIntensity(
        region=region or "declared",
        quantity=Quantity(
            value=stated,
            unit="gCO2eq/kWh",
            provenance=Provenance.DECLARED,
            low=value.low if isinstance(value, Quantity) else None,
            high=value.high if isinstance(value, Quantity) else None,
            reason="declared by the user",
        ),
        kind=IntensityKind(kind),
        basis="declared by the user, location-based",
        source="declared by the user",
        warnings=zero if stated == 0 else (),
    )


def _covering(region: str) -> list[Plugin]:
    return [plugin for plugin in discover("grids").values() if plugin.module.covers(region)]


def _suggestions(region: str) -> str:
    known: dict[str, str] = {}
    for plugin in discover("grids").values():
        known |= plugin.module.regions()
    by_name = {name.casefold(): code for code, name in known.items()}
    if code := by_name.get(region.casefold()):
        return f"; {known[code]} is {code}"
    prefix = region.partition(":")[0] + ":" if ":" in region else ""
    alike = [code for code in known if code.startswith(prefix)]
    return nearest(region.upper() if not prefix else region, alike)
