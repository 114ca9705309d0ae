"""Reserved and marginal energy, and what R counts, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from conftest import plain_manifest
from framewatt.decision.conclusion import Conclusion
from framewatt.decision.findings import Findings
from framewatt.decision.rows import _marginal
from framewatt.errors import BadInput
from framewatt.metering.accounting import marginal_joules, observations, reserved_joules
from framewatt.metering.host.inspection import inspect_host
from framewatt.metering.power.build import host_model
from framewatt.records import Measurement, Phase, Scope, Stage, Usage, Verdict
from framewatt.runs.manifest import FunctionalUnit
from framewatt.workload.functional_unit import functional_unit

WINDOW = Measurement(
    stage=Stage.INFERENCE,
    candidate="a",
    phase=Phase.STEADY,
    trial=1,
    block=1,
    window=0,
    started=0.0,
    units=50.0,
    usage=Usage(seconds=2.0, user_seconds=1.5, system_seconds=0.25),
    joules={"package-0": 60.0, "dram": 10.0},
    idle_watts={"package-0": 20.0, "dram": 3.0, "gpu-0": 30.0},
)
"""70 J were read in 2 s; the two domains draw 23 W when idle; a domain that was not read counts nowhere."""


def test_marginal_energy_is_what_was_read_less_idle_power_times_time() -> None:
    assert marginal_joules(WINDOW) == pytest.approx(70 - 2 * 23)


@pytest.mark.parametrize(("share", "joules"), [(0.0, 24.0), (0.25, 35.5), (1.0, 70.0)])
def test_reserved_energy_adds_the_idle_share_of_what_is_held(share: float, joules: float) -> None:
    assert reserved_joules(replace(WINDOW, reserved_share=share)) == pytest.approx(joules)


def test_a_gpu_that_work_holds_whole_keeps_its_idle_energy_whatever_cpus_it_reserves() -> None:
    joules = {"package-0": 60.0, "gpu-0": 100.0}
    window = replace(WINDOW, joules=joules, reserved_share=0.5, held_whole=("gpu-0",))
    # Half of the package's 40 J of idle energy is the others'; all of the GPU's 60 J is the work's.
    assert reserved_joules(window) == pytest.approx(160 - 20)


def test_an_observation_is_per_unit() -> None:
    (seen,) = observations([WINDOW], reserved_joules)
    assert (seen.cost, seen.cpu_seconds, seen.seconds) == pytest.approx((1.4, 0.035, 0.04))


def test_of_a_repeated_window_the_quiet_attempt_counts() -> None:
    noisy = replace(WINDOW, noisy="others worked", joules={"dram": 500.0})
    for order in ([noisy, WINDOW], [WINDOW, noisy], [noisy, WINDOW, noisy]):
        (seen,) = observations(order, lambda m: sum(m.joules.values()))
        assert seen.cost == pytest.approx(1.4)


def test_of_a_window_that_never_became_quiet_the_last_attempt_counts() -> None:
    attempts = [replace(WINDOW, noisy="others worked", joules={"dram": joules}) for joules in (500.0, 100.0)]
    (seen,) = observations(attempts, lambda m: sum(m.joules.values()))
    assert seen.cost == pytest.approx(2.0)


@pytest.mark.parametrize(
    "unusable",
    [
        replace(WINDOW, invalid="the counter was reset"),
        replace(WINDOW, phase=Phase.WARMUP),
        replace(WINDOW, units=0.0),
    ],
)
def test_what_is_no_valid_steady_window_is_not_observed(unusable: Measurement) -> None:
    assert observations([unusable], lambda _: 1.0) == []


@pytest.mark.parametrize(
    ("text", "name", "samples"),
    [
        (None, "sample", 1.0),
        ("image", "image", 1.0),
        ("1000 images", "1000 images", 1000.0),
        (" 2.5 documents ", "2.5 documents", 2.5),
    ],
)
def test_a_functional_unit_counts_samples(text: str | None, name: str, samples: float) -> None:
    assert functional_unit(text) == {"name": name, "samples": samples}


@pytest.mark.parametrize("text", ["", "0 images", "1000", "-1 images", "7 7 images"])
def test_a_functional_unit_of_nothing_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="--functional-unit"):
        functional_unit(text)


def test_marginal_energy_near_zero_has_fiellers_limits_over_trials_on_both_sides_of_it() -> None:
    joules = [0.4, -0.3, 0.2, 0.1, -0.1]
    windows = [
        replace(WINDOW, trial=trial, block=trial, units=10.0, joules={"package-0": 40.0 + value})
        for trial, value in enumerate(joules, start=1)
    ]
    manifest = plain_manifest(functional_unit=FunctionalUnit("image", 1.0))
    model = host_model(inspect_host(), Scope.PACKAGE)
    nothing = Conclusion(Verdict.NONE, (), "")
    evidence = Findings(manifest, model, None, None, nothing, {"a": windows})
    found = _marginal("a", evidence, "unmeasured")
    low, high = stats.t.interval(0.95, 4, np.mean(joules) / 10, stats.sem(joules) / 10)
    assert (found.value, found.low, found.high) == pytest.approx((np.mean(joules) / 10, low, high))
