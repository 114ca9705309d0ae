"""Where and when the same work would emit less."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from framewatt.carbon.boundary import Boundary, Component
from framewatt.carbon.intensity import declared, resolve_intensity
from framewatt.carbon.places import (
    PlaceRow,
    StartRow,
    place_rows,
    rank_places,
    rank_starts,
    start_rows,
    unlike_bases,
)
from framewatt.carbon.sci import not_applicable_pue
from framewatt.errors import BadInput
from framewatt.records import GridIntensity, IntensityKind, Provenance, Quantity, Scope
from framewatt.records.arithmetic import exact


def boundary(intensity: GridIntensity | None = None) -> Boundary:
    component = Component(
        name="server",
        energy=Quantity(1.0, "kWh", Provenance.MEASURED, scope=Scope.WALL),
        pue=not_applicable_pue(),
        total_embodied=exact(1000.0, "gCO2eq"),
        lifespan=exact(100.0, "h"),
        reserved=exact(1.0, "h"),
        resource_share=exact(1.0, "1"),
    )
    return Boundary((component,), exact(1.0, "run"), intensity)


def regions(*names: str) -> list[GridIntensity]:
    found = [resolve_intensity(name) for name in names]
    return [item for item in found if item is not None]


def hours(*values: float) -> list[GridIntensity]:
    start = datetime.fromisoformat("2026-01-01T00:00+00:00")
    return [
        replace(declared(value), when=(start + timedelta(hours=number)).isoformat())
        for number, value in enumerate(values)
    ]


def test_regions_are_ranked_by_what_the_same_work_would_emit_there() -> None:
    ranked = rank_places(boundary(), regions("PL", "FR", "DE"))
    assert [place.intensity.region for place in ranked] == ["FR", "DE", "PL"]
    france, _, poland = ranked
    assert poland.relative == pytest.approx(
        (poland.intensity.quantity.value or 0) / (france.intensity.quantity.value or 1)
    )
    assert {place.footprint.embodied.value for place in ranked} == {10.0}


def test_a_cloud_region_is_ranked_with_its_own_pue() -> None:
    country, cloud = rank_places(boundary(), regions("FR", "aws:eu-west-3"))
    assert country.intensity.region == "FR"
    assert cloud.relative == pytest.approx(1.35)


def test_a_marginal_figure_is_not_ranked_among_averages() -> None:
    marginal = declared(1.0, kind=IntensityKind.MARGINAL)
    ranked = rank_places(boundary(declared(50.0)), [marginal, *regions("FR")])
    assert [place.intensity.region for place in ranked] == ["FR"]


def test_two_bases_are_never_compared_without_saying_so() -> None:
    assert unlike_bases(regions("FR", "PL")) is None
    warning = unlike_bases(regions("FR", "us:CAMX"))
    assert warning is not None
    assert "different bases" in warning.message


def test_starts_are_ranked_by_the_mean_intensity_while_the_work_runs() -> None:
    starts = rank_starts(hours(100, 40, 60, 200), timedelta(hours=1.5))
    assert [start.when.hour for start in starts] == [1, 0, 2]
    assert starts[0].intensity.value == pytest.approx((40 + 60 / 2) / 1.5)
    rows = start_rows(boundary(declared(50.0)), starts)
    assert rows[0].operational.value == pytest.approx((40 + 60 / 2) / 1.5)


def test_a_ranking_reads_back_from_its_document_as_it_was() -> None:
    work = boundary(declared(50.0))
    places = place_rows(rank_places(work, regions("FR", "us:CAMX")))
    starts = start_rows(work, rank_starts(hours(100, 40), timedelta(hours=1)))
    stored = json.loads(json.dumps([[row.to_json() for row in rows] for rows in (places, starts)]))
    assert tuple(map(PlaceRow.from_json, stored[0])) == places
    assert tuple(map(StartRow.from_json, stored[1])) == starts


@pytest.mark.parametrize(
    ("values", "hours_long", "message"),
    [((100.0,), 1.0, "at least two"), ((100.0, 50.0), 3.0, "longer than")],
)
def test_hours_that_cannot_be_ranked_say_why(
    values: tuple[float, ...], hours_long: float, message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        rank_starts(hours(*values), timedelta(hours=hours_long))


def test_hours_of_another_kind_are_not_mixed_into_a_score() -> None:
    starts = rank_starts(hours(100, 50), timedelta(hours=1))
    with pytest.raises(BadInput, match="never mixed"):
        start_rows(boundary(declared(50.0, kind=IntensityKind.MARGINAL)), starts)


def test_hours_with_a_gap_are_refused() -> None:
    with_gap = hours(1, 2, 3, 4)
    del with_gap[1]
    with pytest.raises(BadInput, match="evenly spaced"):
        rank_starts(with_gap, timedelta(hours=1))
