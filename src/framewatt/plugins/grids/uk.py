"""Great Britain, live: the half-hourly average of the Carbon Intensity API (uk:GB, uk:SW1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from framewatt.errors import GridUnavailable
from framewatt.plugins.grids._http import T, base_url, fresh, get_json, iso, moment, number
from framewatt.records import GridIntensity, IntensityKind, Provenance, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TITLE = "UK Carbon Intensity (live, no key)"
RANK = 20

_PREFIX = "uk:"
_WHOLE = "GB"
_SOURCE = "UK Carbon Intensity API"
_BASIS = "direct CO2 of generation, half-hourly average, location-based"


def covers(region: str) -> bool:
    """``uk:GB`` for the whole grid, ``uk:`` and the outward part of a postcode for a part of it."""
    return region.lower().startswith(_PREFIX)


def regions() -> Mapping[str, str]:
    """The whole grid."""
    return {f"{_PREFIX}{_WHOLE}": "Great Britain (live)"}


def intensity(region: str, when: datetime | None = None) -> GridIntensity:
    """The current half hour, or that of `when` (the whole grid only).

    Raises:
        BadInput: an unknown postcode.
        GridUnavailable: no usable answer.
    """
    postcode = region[len(_PREFIX) :].upper()
    if postcode != _WHOLE:
        return _get(f"/regional/postcode/{quote(postcode)}", lambda body: _regional(body, postcode))
    if when is None:
        return _get("/intensity", lambda body: _current(body["data"][0]))
    path = f"/intensity/{iso(when)}/{iso(when + timedelta(minutes=30))}"
    return _get(path, lambda body: _read(body["data"][0], _WHOLE))


def hours(region: str) -> Sequence[GridIntensity]:  # noqa: ARG001 - only the whole grid is forecast
    """The forecast of the next 24 hours, by half hours (the whole grid).

    Raises:
        GridUnavailable: no usable answer.
    """
    start = datetime.now(UTC).replace(minute=0)
    path = f"/intensity/{iso(start)}/{iso(start + timedelta(hours=24))}"

    def read(body: Any) -> Sequence[GridIntensity]:
        return [_read({**item, "intensity": _forecast(item)}, _WHOLE) for item in body["data"]]

    return _get(path, read)


def fallback(region: str) -> str | None:  # noqa: ARG001 - one country
    """The country's annual figure."""
    return "GB"


def _get(path: str, read: Callable[[Any], T]) -> T:
    root = base_url("UK", "https://api.carbonintensity.org.uk")
    return get_json(_SOURCE, root + path, {"accept": "application/json"}, read)


def _current(item: Any) -> GridIntensity:
    fresh(_SOURCE, moment(_SOURCE, item["to"]))
    return _read(item, _WHOLE)


def _regional(body: Any, postcode: str) -> GridIntensity:
    place = body["data"][0]
    if place.get("postcode", postcode) != postcode:
        raise GridUnavailable(f"{_SOURCE}: answered for {place['postcode']} instead of {postcode}")
    item = place["data"][0]
    fresh(_SOURCE, moment(_SOURCE, item["to"]))
    return _read(item, postcode)


def _forecast(item: Any) -> dict[str, Any]:
    return {"forecast": item["intensity"]["forecast"]}


def _read(item: Any, place: str) -> GridIntensity:
    actual = item["intensity"].get("actual")
    when = iso(moment(_SOURCE, item["from"]))
    only_forecast = ("only a forecast is there for this half hour",) if actual is None else ()
    return GridIntensity(
        region=f"{_PREFIX}{place}",
        quantity=Quantity(
            value=number(_SOURCE, item["intensity"]["forecast"] if actual is None else actual),
            unit="gCO2eq/kWh",
            provenance=Provenance.PROJECTED if actual is None else Provenance.PUBLISHED,
            reason=f"{_SOURCE}, {when}, {_BASIS}",
        ),
        kind=IntensityKind.AVERAGE,
        basis=_BASIS,
        source=_SOURCE,
        year=int(when[:4]),
        when=when,
        licence="CC BY 4.0 (NESO)",
        warnings=only_forecast,
    )
