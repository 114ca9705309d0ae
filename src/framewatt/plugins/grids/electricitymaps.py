"""Electricity Maps v3, live: the hourly average of a zone (electricitymaps:DE)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from framewatt.errors import GridUnavailable
from framewatt.plugins.grids._http import T, base_url, fresh, get_json, iso, moment, number, secret
from framewatt.records import GridIntensity, IntensityKind, Provenance, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

TITLE = "Electricity Maps v3 (live; key in ELECTRICITYMAPS_TOKEN)"
RANK = 20

_PREFIX = "electricitymaps:"
_SOURCE = "Electricity Maps v3"


def covers(region: str) -> bool:
    """``electricitymaps:`` and one of its zones."""
    return region.lower().startswith(_PREFIX)


def regions() -> Mapping[str, str]:
    """Empty: only the live source knows its zones."""
    return {}


def intensity(region: str, when: datetime | None = None) -> GridIntensity:
    """The zone's latest hour, or the hour of `when`.

    Raises:
        BadInput: an unknown zone.
        GridUnavailable: no key, or no usable answer.
    """
    zone = _zone(region)
    if when is None:
        return _get("latest", {"zone": zone}, lambda body: _latest(body, zone))
    span = {"zone": zone, "start": iso(when), "end": iso(when + timedelta(hours=1))}
    return _get("past-range", span, lambda body: _read(body["data"][0], zone, body))


def hours(region: str) -> Sequence[GridIntensity]:
    """The forecast of the coming hours.

    Raises:
        BadInput: an unknown zone.
        GridUnavailable: no key, or no usable answer.
    """
    zone = _zone(region)

    def read(body: Any) -> Sequence[GridIntensity]:
        return [_read(item, zone, body, Provenance.PROJECTED) for item in body["forecast"]]

    return _get("forecast", {"zone": zone}, read)


def fallback(region: str) -> str | None:
    """The zone's country: its annual figure."""
    return _zone(region).partition("-")[0]


def _zone(region: str) -> str:
    return region[len(_PREFIX) :].upper()


def _get(what: str, query: Mapping[str, str], read: Callable[[Any], T]) -> T:
    token = secret("ELECTRICITYMAPS_TOKEN", _SOURCE)
    root = base_url("ELECTRICITYMAPS", "https://api.electricitymaps.com")
    url = f"{root}/v3/carbon-intensity/{what}?{urlencode(query)}"
    return get_json(_SOURCE, url, {"auth-token": token}, read)


def _latest(body: Any, zone: str) -> GridIntensity:
    fresh(_SOURCE, moment(_SOURCE, body["datetime"]))
    return _read(body, zone, body)


def _read(item: Any, zone: str, body: Any, provenance: Provenance | None = None) -> GridIntensity:
    if body["zone"] != zone:
        raise GridUnavailable(f"{_SOURCE}: answered for zone {body['zone']} instead of {zone}")
    when = iso(moment(_SOURCE, item["datetime"]))
    factors = item.get("emissionFactorType") or body.get("emissionFactorType") or "lifecycle"
    basis = f"{factors}, hourly average, location-based"
    estimated = bool(item.get("isEstimated"))
    how = item.get("estimationMethod") or "no method given"
    return GridIntensity(
        region=f"{_PREFIX}{zone}",
        quantity=Quantity(
            value=number(_SOURCE, item["carbonIntensity"]),
            unit="gCO2eq/kWh",
            provenance=provenance or (Provenance.ESTIMATED if estimated else Provenance.PUBLISHED),
            reason=f"{_SOURCE}, {when}, {basis}",
        ),
        kind=IntensityKind.AVERAGE,
        basis=basis,
        source=_SOURCE,
        year=int(when[:4]),
        when=when,
        licence="Electricity Maps' terms of use",
        warnings=(f"Electricity Maps estimated this hour ({how})",) if estimated else (),
    )
