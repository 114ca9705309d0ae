"""The SCI arithmetic, checked against published examples."""

from dataclasses import replace

import numpy as np
import pytest

from framewatt.carbon import sci
from framewatt.carbon.basis import (
    CarbonBasis,
    View,
    basis_for,
    carbon_block,
    carbon_cost,
    disagreement,
    footprint,
)
from framewatt.carbon.hardware import Hardware
from framewatt.carbon.intensity import declared, resolve_intensity
from framewatt.carbon.sharing import AlwaysOn, BatchJob, Packed
from framewatt.errors import BadInput
from framewatt.race import Entrant, Race, RaceRules
from framewatt.records import GridIntensity, IntensityKind, Observation, Provenance, Quantity, Scope
from framewatt.records.arithmetic import exact, total


def energy(value: float, unit: str = "kWh", low: float | None = None, high: float | None = None) -> Quantity:
    return Quantity(value, unit, Provenance.ESTIMATED, low, high, scope=Scope.WALL)


def seconds(value: float, unit: str = "s") -> Quantity:
    return Quantity(value, unit, Provenance.MEASURED)


def server(kilograms: float = 1200.0, share: float = 1.0, spread: float = 0.0) -> Hardware:
    grams = kilograms * 1000
    return Hardware(
        total=Quantity(grams, "gCO2eq", Provenance.PUBLISHED, grams * (1 - spread), grams * (1 + spread)),
        lifespan_hours=exact(26280.0, "h"),
        reserved_share=exact(share, "1"),
        description="a server",
        source="a test",
    )


def test_an_inference_service_of_three_components_scores_as_the_worked_example() -> None:
    month, intensity, pue = 672.0, exact(420.0, sci.INTENSITY), exact(1.09, "1")
    rows = [(8, 0.33, 1200e3, 26280.0), (2, 0.025, 600e3, 35040.0), (1, 0.01, 200e3, 35040.0)]
    parts = []
    for count, kilowatts, grams, lifespan in rows:
        operational = sci.operational(energy(count * kilowatts * month), intensity, pue)
        share = exact(month / lifespan, "1")
        embodied = sci.embodied(exact(count * grams, "gCO2eq"), share, exact(1.0, "1"))
        parts.append(sci.score(operational, embodied))
    found = sci.per_unit(sci.combined(parts), exact(23200.0, "request"))
    assert found.score.value == pytest.approx(47.5414261691, rel=1e-11)
    assert found.score.unit == "gCO2eq/request"


def test_uncertainty_of_energy_intensity_embodied_and_units_reaches_the_ends_of_the_score() -> None:
    operational = sci.operational(
        energy(1.0, "kWh", 0.9, 1.2),
        Quantity(100.0, sci.INTENSITY, Provenance.PUBLISHED, 80.0, 110.0),
        exact(1.0, "1"),
    )
    embodied = sci.embodied(server(spread=0.5).total, exact(1e-3, "1"), exact(0.1, "1"))
    units = Quantity(10.0, "image", Provenance.MEASURED, 8.0, 10.0)
    found = sci.per_unit(sci.score(operational, embodied), units)
    value, low, high = found.score.ends()
    assert value == pytest.approx((100 + 120) / 10)
    assert low == pytest.approx((0.9 * 80 + 60) / 10)
    assert high == pytest.approx((1.2 * 110 + 180) / 8)


def test_a_missing_intensity_leaves_the_score_open_with_the_reason() -> None:
    found = footprint(energy(2.0, "J"), seconds(0.1), CarbonBasis(hardware=server()))
    assert found.score.value is None
    assert found.operational.value is None
    assert "--region" in (found.score.reason or "")
    assert found.embodied.value is not None


def test_missing_hardware_leaves_the_score_open_and_the_operational_part_known() -> None:
    found = footprint(energy(3.6e6, "J"), seconds(0.1), basis_for(declared(50.0)))
    assert found.operational.value == pytest.approx(50.0)
    assert found.score.value is None
    assert "operational only" in (found.score.reason or "")
    assert "[hardware]" in (found.embodied.reason or "")


def test_package_energy_is_refused_until_the_platform_is_declared() -> None:
    package = Quantity(1.0, "J", Provenance.MEASURED, scope=Scope.PACKAGE)
    found = footprint(package, seconds(1.0), basis_for(declared(50.0), server()))
    assert found.operational.value is None
    assert "wall scope" in (found.operational.reason or "")


def test_a_derived_figure_names_its_weakest_input() -> None:
    operational = sci.operational(energy(1.0), exact(50.0, sci.INTENSITY), exact(1.0, "1"))
    assert operational.provenance is Provenance.DERIVED
    assert operational.reason == "weakest input: estimated"
    again = total("gCO2eq", operational, exact(1.0, "gCO2eq"))
    assert again.reason == "weakest input: estimated"


def test_energy_and_carbon_choose_differently_when_the_frugal_candidate_is_slow() -> None:
    basis = basis_for(declared(30.0), server())
    fast, frugal = (10.0, 0.1), (8.0, 0.4)
    assert frugal[0] < fast[0]
    assert carbon_cost(*fast, basis) < carbon_cost(*frugal, basis)


@pytest.mark.parametrize(("objective", "winner"), [("energy", "frugal"), ("carbon", "fast")])
def test_a_race_under_each_objective_crowns_another_candidate(objective: str, winner: str) -> None:
    basis = basis_for(declared(30.0), server())
    work = {"fast": (10.0, 0.1), "frugal": (8.0, 0.4)}
    race = Race(
        [Entrant("fast", "a"), Entrant("frugal", "b")], RaceRules(1, 1.0, objective_decides_on=objective)
    )
    noise = np.random.default_rng(7)
    while (block := race.ask()) is not None:
        seen = []
        for slot in block.slots:
            factor = noise.lognormal(0.0, 0.02)
            joules, time = (figure * factor for figure in work[slot.candidate])
            cost = joules if objective == "energy" else carbon_cost(joules, time, basis)
            seen.append(Observation(slot.candidate, slot.trial, block.number, cost, time, time, 1.0))
        race.tell(block, seen, spent_seconds=2.0)
    assert race.standings().selected == (winner,)


def test_the_races_cost_is_the_score_of_one_window() -> None:
    basis = basis_for(declared(30.0), server(share=0.125), pue=1.2)
    assert carbon_cost(10.0, 0.1, basis) == pytest.approx(
        10 / 3.6e6 * 1.2 * 30 + 1.2e6 * (0.1 / 3600 / 26280) * 0.125, rel=1e-14
    )


def test_a_race_cannot_be_decided_by_an_open_score() -> None:
    with pytest.raises(BadInput, match=r"objective carbon.*\[hardware\]"):
        carbon_cost(1.0, 1.0, basis_for(declared(30.0)))


NO_SHARE = replace(server(), reserved_share=Quantity.unknown("1", "no reserved share is known"))
MARGINAL = declared(500.0, kind=IntensityKind.MARGINAL)


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("intensity", [None, declared(30.0), MARGINAL])
@pytest.mark.parametrize("hardware", [None, server(), NO_SHARE])
def test_a_basis_knows_without_a_window_why_its_scores_are_open(
    intensity: GridIntensity | None, hardware: Hardware | None, view: View
) -> None:
    basis = basis_for(intensity, hardware, view=view)
    score = footprint(energy(1.0), seconds(1.0), basis).score
    assert basis.open_reason() == (score.reason if score.value is None else None)


@pytest.mark.parametrize(
    ("basis", "nothing"),
    [
        (basis_for(declared(0.0), server(0.0)), True),
        (basis_for(declared(0.0), server(1.0)), False),
        (basis_for(declared(1.0), server(0.0)), False),
        (basis_for(declared(0.0, kind=IntensityKind.MARGINAL), None, view=View.CONSEQUENTIAL), True),
    ],
)
def test_a_basis_charges_nothing_where_neither_grid_nor_hardware_emits(
    basis: CarbonBasis, *, nothing: bool
) -> None:
    assert basis.charges_nothing() is nothing
    assert (footprint(energy(1.0), seconds(1.0), basis).score.value == 0) is nothing


def test_the_consequential_view_takes_a_marginal_intensity_and_no_embodied_part() -> None:
    marginal = declared(500.0, kind=IntensityKind.MARGINAL)
    found = footprint(
        energy(3.6e6, "J"), seconds(1.0), basis_for(marginal, server(), view=View.CONSEQUENTIAL)
    )
    assert found.score.value == pytest.approx(500.0)
    assert found.embodied.value is None
    assert "sunk" in (found.embodied.reason or "")


@pytest.mark.parametrize(
    ("kind", "view"),
    [(IntensityKind.AVERAGE, View.CONSEQUENTIAL), (IntensityKind.MARGINAL, View.ATTRIBUTIONAL)],
)
def test_the_views_are_never_mixed(kind: IntensityKind, view: View) -> None:
    found = footprint(energy(1.0), seconds(1.0), basis_for(declared(50.0, kind=kind), server(), view=view))
    assert found.score.value is None
    assert "never mixed" in (found.score.reason or "")


def test_a_warning_says_where_the_two_views_choose_differently() -> None:
    one, two = exact(1.0, "gCO2eq"), exact(2.0, "gCO2eq")
    assert disagreement({"a": one, "b": two}, {"a": one, "b": two}) is None
    warning = disagreement({"a": one, "b": two}, {"a": two, "b": one})
    assert warning is not None
    assert "chooses a" in warning.message


def test_a_batch_job_is_charged_for_its_wall_time_and_a_packed_one_for_its_part() -> None:
    batch = footprint(energy(0.0), seconds(7200.0), basis_for(declared(0.0), server()))
    assert batch.score.value == pytest.approx(1.2e6 * 2 / 26280)
    packed = basis_for(declared(0.0), server(), sharing=Packed(4))
    assert footprint(energy(0.0), seconds(7200.0), packed).score.value == pytest.approx(1.2e6 * 2 / 26280 / 4)


def test_an_always_on_service_is_charged_the_same_whatever_the_framework() -> None:
    basis = basis_for(declared(0.0), server(), sharing=AlwaysOn(24.0, 2, 1000.0))
    slow, fast = (footprint(energy(0.0), seconds(s), basis).embodied for s in (1.0, 0.01))
    assert slow.value == fast.value == pytest.approx(1.2e6 * 48 / 26280 / 1000)


def test_the_way_hardware_is_shared_is_said_in_the_document() -> None:
    block = carbon_block(basis_for(declared(50.0), server(), sharing=BatchJob()))
    assert "wall time" in block["embodied"]["sharing"]
    assert block["intensity"]["value"] == 50.0


def test_the_figures_unit_of_work_is_carried_to_the_score() -> None:
    found = footprint(energy(1.0, "J/sample"), seconds(1.0, "s/sample"), basis_for(declared(50.0), server()))
    assert found.score.unit == found.embodied.unit == "gCO2eq/sample"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pue": 0.9}, "below 1"),
        ({"share": 1.5}, "resource share"),
        ({"share": 0.0}, "resource share"),
        ({"energy": -1.0}, "not negative"),
        ({"energy": float("inf")}, "finite"),
    ],
)
def test_impossible_figures_are_refused_in_one_line(change: dict[str, float], message: str) -> None:
    with pytest.raises((BadInput, ValueError), match=message):
        footprint(
            energy(change.get("energy", 1.0)),
            seconds(1.0),
            basis_for(declared(50.0), server(share=change.get("share", 1.0)), pue=change.get("pue")),
        )


def test_no_unit_of_work_is_no_score() -> None:
    part = exact(1.0, "gCO2eq")
    with pytest.raises(BadInput, match="R = 0"):
        sci.per_unit(sci.score(part, part), exact(0.0, "request"))


def test_a_region_is_found_by_its_two_or_three_letter_code() -> None:
    short, long = resolve_intensity("FR"), resolve_intensity("fra")
    assert short is not None
    assert short == long
    assert short.quantity.value is not None
    assert 0 < short.quantity.value < 100
    assert short.year in (2024, 2025)
    assert "lifecycle" in short.basis


def test_there_is_no_default_country() -> None:
    assert resolve_intensity() is None


@pytest.mark.parametrize("word", ["FX", "Frankreich", "France"])
def test_an_unknown_region_is_answered_with_the_nearest_names(word: str) -> None:
    with pytest.raises(BadInput, match=r"did you mean|known:|is FR"):
        resolve_intensity(word)


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf"), 5000.0])
def test_an_impossible_intensity_is_refused(value: float) -> None:
    with pytest.raises(BadInput, match="gCO2eq/kWh"):
        declared(value)


def test_a_market_based_intensity_is_refused_with_the_specifications_reason() -> None:
    with pytest.raises(BadInput, match="market-based measures are excluded"):
        declared(50.0, kind="market")
