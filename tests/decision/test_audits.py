"""Each audit finds what it is for, and keeps quiet about clean measurements."""

from __future__ import annotations

import numpy as np
import pytest

from framewatt.decision.audits import (
    Reading,
    audit,
    audit_candidates,
    audit_feeding,
    audit_readings,
    audit_samples,
    unsteady,
    unsteady_candidates,
)
from framewatt.decision.conclusion import Conclusion, conclude
from framewatt.records import Candidate, HostState, Measurement, Phase, Stage, Usage, Verdict

RNG = np.random.default_rng(2)


def _series(values: list[float], name: str = "a", per_trial: int = 4) -> list[Reading]:
    return [Reading(name, value, at // per_trial, at) for at, value in enumerate(values)]


def _noise(count: int, spread: float = 0.02) -> list[float]:
    return [float(value) for value in np.exp(RNG.normal(0, spread, count))]


def _codes(readings: list[Reading]) -> set[str]:
    return {warning.code for warning in audit_readings(readings)}


def test_clean_series_are_not_complained_about() -> None:
    complaints = [len(audit_readings(_series(_noise(24)))) for _ in range(100)]
    assert sum(complaints) <= 5


def test_repeats_that_fall_from_336_to_19_are_non_stationary() -> None:
    falling = _series([336.0, 150.0, 71.0, 35.0, 24.0, 20.0, 19.4, 19.2, 19.0], per_trial=100)
    (warning,) = audit_readings(falling)
    assert warning.code == "non-stationary"
    assert "336 to 19" in warning.message
    assert unsteady(falling) == {"a"}


def test_warming_up_anew_in_every_trial_is_non_stationary_though_trials_agree() -> None:
    ramp = [1.2, 1.12, 1.05, 1.0]
    readings = _series([ramp[at % 4] * noise for at, noise in enumerate(_noise(32, 0.01))])
    assert "non-stationary" in _codes(readings)


def test_a_drift_that_all_candidates_share_is_the_machines_not_theirs() -> None:
    readings = []
    for block, noise in enumerate(_noise(30, 0.01)):
        drift = 1 + block / 100
        readings += [Reading("a", drift * noise, block, block), Reading("b", 2 * drift, block, block)]
    assert unsteady(readings) == set()
    alone = [Reading("a", one.value, one.trial) for one in readings if one.candidate == "a"]
    assert unsteady(alone) == {"a"}


def test_dear_first_windows_are_found() -> None:
    readings = _series([noise * (1.3 if at % 4 == 0 else 1.0) for at, noise in enumerate(_noise(40, 0.01))])
    assert "first-window" in _codes(readings)


def test_two_modes_are_found() -> None:
    readings = _series(
        [noise * (1.5 if at % 3 == 0 else 1.0) for at, noise in enumerate(_noise(30, 0.01))], per_trial=1
    )
    assert "bimodal" in _codes(readings)


def test_an_outlying_trial_is_named_and_kept() -> None:
    readings = _series([noise * (1.4 if at // 4 == 3 else 1.0) for at, noise in enumerate(_noise(32, 0.01))])
    (warning,) = [one for one in audit_readings(readings) if one.code == "outlier-trial"]
    assert "trial 3" in warning.message


def test_repeats_without_any_scatter_are_not_taken_for_certainty() -> None:
    (warning,) = audit_readings([Reading("a", 2.5), Reading("a", 2.5), Reading("b", 3.0), Reading("b", 3.1)])
    assert (warning.code, warning.candidate) == ("identical-repeats", "a")


def _window(at: int, joules: float = 1.0, **fields: object) -> Measurement:
    base = {
        "stage": Stage.INFERENCE, "candidate": "a", "phase": Phase.STEADY, "trial": 1, "block": at,
        "window": 0, "started": float(at), "units": 10.0, "usage": Usage(1.0, 1.0, 0.0),
        "joules": {"host": joules + 0.001 * (at % 3)},
    }  # fmt: skip
    return Measurement(**{**base, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("foreign-load", HostState(foreign_cpu_seconds=0.4)),
        ("steal", HostState(steal_seconds=0.1)),
        ("throttling", HostState(throttled=True)),
    ],
)
def test_what_the_host_did_besides_is_said(code: str, state: HostState) -> None:
    assert [one.code for one in audit([_window(at, host=state) for at in range(5)])] == [code]


def test_a_falling_clock_is_throttling_and_an_unknown_one_is_not_judged() -> None:
    clocks = [3.6e9] * 4 + [3.3e9] * 4 + [3.0e9] * 4
    falling = [_window(at, host=HostState(frequency_hz=clock)) for at, clock in enumerate(clocks)]
    assert [one.code for one in audit(falling)] == ["throttling"]
    assert audit([_window(at) for at in range(12)]) == []


def test_windows_that_were_repeated_are_counted_and_replaced_by_their_quiet_attempt() -> None:
    windows = [_window(at, 1.0 + 0.001 * (at % 2)) for at in range(8)]
    noisy = [_window(at, 9.0, noisy="foreign load", started=at - 0.5) for at in range(2)]
    assert [one.code for one in audit([*windows, *noisy])] == ["noisy-windows"]
    assert unsteady_candidates([*windows, *noisy]) == set()


def test_unequal_precision_and_threads_are_said() -> None:
    one = Candidate("x", "1", settings=(("precision", "fp32"), ("threads", "1")))
    two = Candidate("y", "1", settings=(("precision", "bf16"), ("threads", "2")))
    assert {warning.code for warning in audit_candidates([one, two])} == {
        "unequal-precision",
        "unequal-threads",
    }
    assert audit_candidates([one, one]) == []


@pytest.mark.parametrize(("queries", "codes"), [(25_000, ["bindings-compared"]), (15_000, [])])
def test_below_fifty_microseconds_a_query_bindings_are_compared(queries: int, codes: list[str]) -> None:
    windows = [_window(at, candidate="mnn@3/cpu/python[]", latency={500: queries}) for at in range(3)]
    slower = [_window(at, candidate="tract@1/cpu/python[]", latency={900: 100}) for at in range(3)]
    warnings = audit_feeding([*windows, *slower])
    assert [warning.code for warning in warnings] == codes
    assert all("queries of mnn take 40.0 µs" in warning.message for warning in warnings)


def test_generated_and_subnormal_inputs_are_said() -> None:
    tiny = {"x": np.full((2, 2), 1e-40, np.float32), "ids": np.arange(3)}
    codes = [warning.code for warning in audit_samples([tiny], generated=True)]
    assert codes == ["generated-inputs", "denormals"]
    assert audit_samples([{"x": np.zeros(3)}], generated=False) == []


def test_a_candidate_that_still_moves_cannot_win_on_its_mean() -> None:
    conclusion = conclude(Conclusion(Verdict.WINNER, ("a",), "beats b", 0.0), {"a"})
    assert conclusion.verdict is Verdict.UNDECIDED
    assert conclusion.selected == ("a",)
    assert conclusion.regret is None
    assert "a is not stationary" in conclusion.reason
    assert conclude(Conclusion(Verdict.WINNER, ("a",), "beats b", 0.0), {"b"}).verdict is Verdict.WINNER


def test_a_group_of_equals_loses_its_moving_members() -> None:
    three, two = (Conclusion(Verdict.EQUIVALENT, tuple(names), "equal", 0.01) for names in ("abc", "ab"))
    assert conclude(three, {"b"}).selected == ("a", "c")
    assert conclude(two, {"b"}).verdict is Verdict.UNDECIDED


def test_nobody_is_uncontested_whose_rivals_were_only_let_go() -> None:
    alone = Conclusion(Verdict.UNCONTESTED, ("a",), "no other framework ran")
    assert conclude(alone, set()) == alone
    thinned = conclude(alone, set(), ["LightGBM"])
    assert thinned.verdict is Verdict.UNDECIDED
    assert thinned.selected == ("a",)
    assert "LightGBM" in thinned.reason
