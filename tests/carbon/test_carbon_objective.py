"""The doubt about a ratio of carbon, and what a package counter does not see, against random draws."""

from __future__ import annotations

import numpy as np
import pytest

from framewatt.carbon.basis import basis_for, carbon_block, carbon_cost
from framewatt.carbon.decided import CandidateFigures, RunFigures
from framewatt.carbon.hardware import hardware_from_table
from framewatt.carbon.intensity import declared
from framewatt.carbon.objective import CarbonRates, carbon_rates
from framewatt.carbon.restatement import views_warning
from framewatt.errors import BadInput
from framewatt.metering.power.platform import platform_remainder
from framewatt.records import Estimate, Provenance, Quantity, Scope

MACHINE = hardware_from_table({"embodied": "900..1500 kg", "lifespan": "3..4 years", "reserved_share": "1/8"})


def test_the_rates_give_the_score_of_a_window_and_its_energy_back() -> None:
    basis = basis_for(declared(300.0), MACHINE, pue=1.2)
    rates = carbon_rates(basis)
    grams = carbon_cost(10.0, 0.1, basis)
    assert rates.per_joule[0] * 10.0 + rates.per_second[0] * 0.1 == pytest.approx(grams)
    assert rates.joules(grams, 0.1) == pytest.approx(10.0)


def test_rates_of_an_open_score_are_refused() -> None:
    with pytest.raises(BadInput, match="not known"):
        carbon_rates(basis_for(None, MACHINE))


def test_what_two_candidates_share_cancels_where_they_split_alike() -> None:
    rates = carbon_rates(basis_for(declared(300.0), MACHINE))
    found = rates.ratio((20.0, 0.2), (10.0, 0.1), energy=Estimate(10.0, 5.0, 20.0))
    assert (found.low, found.value, found.high) == pytest.approx((2.0, 2.0, 2.0))


def test_the_interval_of_a_ratio_holds_every_draw_from_its_inputs_and_is_reached() -> None:
    rates = CarbonRates((1e-4, 0.8e-4, 1.3e-4), (2e-3, 1e-3, 3e-3))
    a, b, tilt, scale = (10.0, 0.4), (12.0, 0.1), Estimate(1.0, 0.9, 1.2), Estimate(12.0, 8.0, 18.0)
    found = rates.ratio(a, b, tilt, scale)
    draw = np.random.default_rng(3)
    joule, second, common, own = (
        draw.uniform(low, high, 20_000)
        for low, high in (rates.per_joule[1:], rates.per_second[1:], (8 / 12, 18 / 12), (0.9, 1.2))
    )
    ratios = (joule * common * own * a[0] + second * a[1]) / (joule * common * b[0] + second * b[1])
    assert found.low <= ratios.min() < ratios.max() <= found.high
    assert ratios.min() == pytest.approx(found.low, rel=0.1)
    assert ratios.max() == pytest.approx(found.high, rel=0.1)


def test_the_wall_is_the_package_and_the_remainder_named_beside_it() -> None:
    package = Quantity(10.0, "J/sample", Provenance.MEASURED, scope=Scope.PACKAGE)
    remainder = platform_remainder(10.0).to_json() | {"unit": "J/sample"}
    row = {"id": "a", "energy_per_unit": package.to_json()}
    found = CandidateFigures.from_json({**row, "platform_remainder": remainder}).wall_energy()
    assert found.scope is Scope.WALL
    assert (found.low, found.high) == pytest.approx((10 / 0.80, 10 / 0.68))
    without = CandidateFigures.from_json(row).wall_energy()
    assert without.scope is Scope.PACKAGE


def test_views_that_differ_by_less_than_the_margin_are_no_disagreement() -> None:
    def row(name: str, reserved: float, marginal: float) -> dict[str, object]:
        def figure(value: float | None) -> dict[str, object]:
            known = Quantity(value, "J", Provenance.MEASURED) if value else Quantity.unknown("J", "open")
            return known.to_json()

        parts = ("score", "operational", "embodied")
        energies = {"energy_per_unit": figure(reserved), "marginal_energy_per_unit": figure(marginal)}
        return {"id": name, "status": "measured", "sci": dict.fromkeys(parts, figure(None)), **energies}

    def run(*rows: dict[str, object]) -> RunFigures:
        document = {"carbon": carbon_block(basis_for(None)), "margin": 0.02, "candidates": rows}
        return RunFigures.from_json(document)

    apart = views_warning(run(row("a", 10.0, 2.0), row("b", 11.0, 1.0)))
    assert apart is not None
    assert "chooses a" in apart.message
    assert views_warning(run(row("a", 10.0, 1.01), row("b", 11.0, 1.0))) is None
