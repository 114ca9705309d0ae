"""``--region`` and ``--intensity`` to one carbon intensity: which source answers, which was tried before."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from framewatt.discovery import discover, nearest
from framewatt.errors import BadInput, GridUnavailable
from framewatt.records import GridIntensity, IntensityKind, Provenance, Quantity

if TYPE_CHECKING:
    from pathlib import Path

    from framewatt.discovery import Plugin

DECLARED = "declared by the user"
"""The source of an intensity that nobody looked up."""

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

    The order: a declared `intensity` (gCO2eq/kWh); every source that covers the way `region` is written,
    highest RANK first; where a live one does not answer, the annual figure of the region that it names as
    its stand-in (its country). What was tried in vain is named in the result's warnings.

    Raises:
        BadInput: an unknown region (with the nearest names) or an impossible intensity.
        GridUnavailable: every source that covers the region failed to answer.
    """
    if intensity is not None:
        return declared(intensity, region, kind)
    if region is None:
        return None
    return _ask(region, when, ())


def _ask(region: str, when: datetime | None, failures: tuple[str, ...]) -> GridIntensity:
    """The first source that answers; after all of them, the region that one names as its stand-in."""
    sources = sorted(_covering(region), key=lambda plugin: -plugin.module.RANK)
    unknown: BadInput | None = None
    stands_in: str | None = None
    for plugin in sources:
        try:
            answer: GridIntensity = plugin.module.intensity(region, when)
        except GridUnavailable as error:
            failures = (*failures, str(error))
            stands_in = stands_in or plugin.module.fallback(region)
            continue
        except BadInput as error:
            unknown = error
            continue
        fallen = tuple(f"{failure}; {answer.source} ({answer.region}) stands in" for failure in failures)
        return replace(answer, warnings=(*fallen, *answer.warnings))
    if stands_in:
        return _ask(stands_in, None, failures)
    if failures:
        raise GridUnavailable("; ".join(failures))
    raise BadInput(f"{unknown or f'unknown region {region!r}'}{_suggestions(region)}")


def coming_hours(region: str) -> tuple[GridIntensity, ...]:
    """The forecast of a region's coming hours.

    Raises:
        BadInput: no source forecasts this region.
        GridUnavailable: the live source did not answer.
    """
    for plugin in _covering(region):
        if hours := tuple(plugin.module.hours(region)):
            return hours
    raise BadInput(f"no source forecasts the hours of {region!r}; use a live one, such as electricitymaps:DE")


def read_hourly_table(path: Path) -> tuple[GridIntensity, ...]:
    """Hours from a CSV file with the columns ``datetime`` (ISO 8601) and ``gco2eq_per_kwh``.

    Raises:
        BadInput: unreadable, a missing column, a bad date or figure, no row.
    """
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read: {error}") from None
    if not rows or not {"datetime", "gco2eq_per_kwh"} <= set(rows[0]):
        raise BadInput(f"{path}: expected rows with the columns datetime and gco2eq_per_kwh")
    return tuple(_hour(path, number, row) for number, row in enumerate(rows, 2))


def _hour(path: Path, line: int, row: dict[str, str]) -> GridIntensity:
    try:
        when = datetime.fromisoformat(row["datetime"])
        stated = declared(float(row["gco2eq_per_kwh"]))
    except (ValueError, TypeError, BadInput) as error:
        raise BadInput(f"{path}, line {line}: {error}") from None
    return replace(stated, source=f"hourly table {path.name}", when=when.isoformat(), year=when.year)


def intensity_or_reason(
    region: str | None = None, intensity: float | None = None, *, kind: str = IntensityKind.AVERAGE
) -> tuple[GridIntensity | None, str | None]:
    """As `resolve_intensity`, but a live source that does not answer is a reason instead of an error.

    For a study that is measured, or about to be: it must not be lost because carbon could not be looked up.
    Bad input is still raised.
    """
    try:
        return resolve_intensity(region, intensity, kind=kind), None
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
            reason=DECLARED,
        ),
        kind=IntensityKind(kind),
        basis="declared by the user, location-based",
        source=DECLARED,
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
