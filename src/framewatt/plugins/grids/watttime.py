"""WattTime v3, live: the marginal intensity of a region (watttime:CAISO_NORTH)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from framewatt.errors import GridUnavailable
from framewatt.plugins.grids._http import T, base_url, fresh, get_json, iso, moment, number, secret
from framewatt.records import GridIntensity, IntensityKind, Provenance, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TITLE = "WattTime v3 (live, marginal; WATTTIME_USERNAME and WATTTIME_PASSWORD)"
RANK = 20

_PREFIX = "watttime:"
_SOURCE = "WattTime v3"
_BASIS = "marginal operating emissions rate (co2_moer), location-based"
_SIGNAL = "co2_moer"
_UNITS = "lbs_co2_per_mwh"
_GRAMS_PER_KWH = 0.45359237
"""1 lb/MWh in g/kWh (the international pound)."""


def covers(region: str) -> bool:
    """``watttime:`` and one of its regions."""
    return region.lower().startswith(_PREFIX)


def regions() -> Mapping[str, str]:
    """Empty: only the live source knows its regions."""
    return {}


def intensity(region: str, when: datetime | None = None) -> GridIntensity:
    """The newest marginal rate, or the one at `when`.

    Raises:
        BadInput: an unknown region.
        GridUnavailable: no user, or no usable answer.
    """
    end = when or datetime.now(UTC).replace(minute=0) + timedelta(hours=1)
    span = {"start": iso(end - timedelta(hours=2)), "end": iso(end)}

    def read(body: Any) -> GridIntensity:
        rate = _read(body, region, body["data"][-1], Provenance.PUBLISHED)
        if when is None:
            fresh(_SOURCE, moment(_SOURCE, rate.when))
        return rate

    return _get("historical", region, span, read)


def hours(region: str) -> Sequence[GridIntensity]:
    """The forecast of the coming day.

    Raises:
        BadInput: an unknown region.
        GridUnavailable: no user, or no usable answer.
    """

    def read(body: Any) -> Sequence[GridIntensity]:
        return [_read(body, region, item, Provenance.PROJECTED) for item in body["data"]]

    return _get("forecast", region, {}, read)


def fallback(region: str) -> str | None:  # noqa: ARG001 - the contract's signature
    """None: no table holds marginal figures, and an average one would mix the views."""
    return None


def _get(what: str, region: str, query: Mapping[str, str], read: Callable[[Any], T]) -> T:
    root = base_url("WATTTIME", "https://api.watttime.org")
    asked = urlencode({"region": _name(region), "signal_type": _SIGNAL, **query})
    headers = {"Authorization": f"Bearer {_login(root)}"}
    return get_json(_SOURCE, f"{root}/v3/{what}?{asked}", headers, read)


def _name(region: str) -> str:
    return region[len(_PREFIX) :].upper()


def _login(root: str) -> str:
    """A token for 30 minutes; never written to the cache."""
    user, password = secret("WATTTIME_USERNAME", _SOURCE), secret("WATTTIME_PASSWORD", _SOURCE)
    basic = base64.b64encode(f"{user}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    return get_json(_SOURCE, f"{root}/login", headers, lambda body: str(body["token"]), cache=False)


def _read(body: Any, region: str, item: Any, provenance: Provenance) -> GridIntensity:
    meta = body["meta"]
    if meta["region"] != _name(region):
        raise GridUnavailable(f"{_SOURCE}: answered for {meta['region']} instead of {_name(region)}")
    if meta["units"] != _UNITS:
        raise GridUnavailable(f"{_SOURCE}: answered in {meta['units']!r} instead of {_UNITS}")
    when = iso(moment(_SOURCE, item["point_time"]))
    return GridIntensity(
        region=f"{_PREFIX}{_name(region)}",
        quantity=Quantity(
            value=number(_SOURCE, item["value"]) * _GRAMS_PER_KWH,
            unit="gCO2eq/kWh",
            provenance=provenance,
            reason=f"{_SOURCE}, {when}, {_BASIS}",
        ),
        kind=IntensityKind.MARGINAL,
        basis=_BASIS,
        source=_SOURCE,
        year=int(when[:4]),
        when=when,
        licence="WattTime's terms of use",
    )
