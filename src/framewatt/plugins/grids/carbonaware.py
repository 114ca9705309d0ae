"""A Carbon Aware SDK of your own, live: whatever its data source says (carbonaware:eastus)."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from framewatt.errors import GridUnavailable
from framewatt.plugins.grids._http import T, base_url, get_json, iso, moment, number
from framewatt.records import GridIntensity, IntensityKind, Provenance, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TITLE = "Carbon Aware SDK (live; FRAMEWATT_CARBONAWARE_URL and CARBON_AWARE_KIND)"
RANK = 20

_PREFIX = "carbonaware:"
_SOURCE = "Carbon Aware SDK"
_HOUR = timedelta(hours=1)


def covers(region: str) -> bool:
    """``carbonaware:`` and a location of that service."""
    return region.lower().startswith(_PREFIX)


def regions() -> Mapping[str, str]:
    """Empty: only the live source knows its locations."""
    return {}


def intensity(region: str, when: datetime | None = None) -> GridIntensity:
    """The mean over the last hour, or the hour from `when`.

    Raises:
        BadInput: an unknown location.
        GridUnavailable: no address, no kind, or no usable answer.
    """
    start = when or datetime.now(UTC).replace(minute=0) - _HOUR
    query = {"location": _location(region), "startTime": iso(start), "endTime": iso(start + _HOUR)}

    def read(body: Any) -> GridIntensity:
        if body["location"] != _location(region):
            raise GridUnavailable(
                f"{_SOURCE}: answered for {body['location']} instead of {_location(region)}"
            )
        if moment(_SOURCE, body["endTime"]) < start:
            raise GridUnavailable(f"{_SOURCE}: its newest figure is stale ({body['endTime']})")
        return _figure(region, body["carbonIntensity"], body["startTime"], Provenance.PUBLISHED)

    return _get("average-carbon-intensity", query, read)


def hours(region: str) -> Sequence[GridIntensity]:
    """The current forecast.

    Raises:
        BadInput: an unknown location.
        GridUnavailable: no address, no kind, or no usable answer.
    """

    def read(body: Any) -> Sequence[GridIntensity]:
        return [
            _figure(region, item["value"], item["timestamp"], Provenance.PROJECTED)
            for item in body[0]["forecastData"]
        ]

    return _get("forecasts/current", {"location": _location(region)}, read)


def fallback(region: str) -> str | None:  # noqa: ARG001 - the contract's signature
    """None: its locations are its operator's own."""
    return None


def _location(region: str) -> str:
    return region[len(_PREFIX) :]


def _get(what: str, query: Mapping[str, str], read: Callable[[Any], T]) -> T:
    root = base_url("CARBONAWARE", "")
    if not root:
        raise GridUnavailable(f"{_SOURCE}: no address; set FRAMEWATT_CARBONAWARE_URL to your service")
    return get_json(_SOURCE, f"{root}/emissions/{what}?{urlencode(query)}", {}, read)


def _kind() -> IntensityKind:
    """The service does not say whether its source is one of averages (Electricity Maps) or of marginals."""
    stated = os.environ.get("CARBON_AWARE_KIND", "")
    if stated not in set(IntensityKind):
        raise GridUnavailable(f"{_SOURCE}: set CARBON_AWARE_KIND to average or marginal, as its source gives")
    return IntensityKind(stated)


def _figure(region: str, value: Any, start: Any, provenance: Provenance) -> GridIntensity:
    kind = _kind()
    when = iso(moment(_SOURCE, start))
    basis = f"{kind.value}, of the service's own data source, location-based"
    return GridIntensity(
        region=region,
        quantity=Quantity(
            value=number(_SOURCE, value),
            unit="gCO2eq/kWh",
            provenance=provenance,
            reason=f"{_SOURCE}, {when}, {basis}",
        ),
        kind=kind,
        basis=basis,
        source=_SOURCE,
        year=int(when[:4]),
        when=when,
    )
