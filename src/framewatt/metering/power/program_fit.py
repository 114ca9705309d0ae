"""Fitting how power bends with few busy threads, and what implementations of the same work differ by."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from framewatt.metering.power.build import build, describe
from framewatt.metering.power.cpus import identify
from framewatt.records import Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.metering.power.calibration import Program, Sample
    from framewatt.metering.power.model import PowerModel
    from framewatt.metering.power.parameters import Parameters
    from framewatt.records import Estimate

PROGRAM_MACHINE = describe(identify("Intel Xeon Gold 6430"), sockets=2, cores=64, threads=128)
"""The two-socket machine of the language benchmarks, as their authors name it (arXiv 2410.05460)."""
USUAL_BEND = {"share": 0.5, "spread": 0.35}
USUAL_SPREAD = 0.16
USUAL_CLOCK = {"exponent": 0.15, "spread": 0.15}
TURBO, NO_TURBO = "docker-default", "docker-no-turbo"
_ONE_THREAD, _LONG_ENOUGH = 1.2, 0.5
_EXPONENTS = np.round(np.arange(0.05, 1.0, 0.01), 2)
_SPREADS = (0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.25, 0.3)
_RUN_SPREAD = 0.02  # run-to-run scatter of energy is on record at 1.4 to 2.4 %
_COVERAGE = 0.94


def fit_work(
    parameters: Parameters, few_threads: Sequence[Sample] = (), runs: Sequence[Program] = ()
) -> Parameters:
    """`parameters` with the bend for work on few threads and the programs' own term."""
    bent = replace(parameters, bend=_fit_bend(parameters, few_threads, runs), program=_terms(USUAL_SPREAD))
    if not runs:
        return replace(bent, clock=USUAL_CLOCK)
    return replace(bent, program=_terms(_fit_spread(bent, runs)), clock=_fit_clock(bent, runs))


def same_work(runs: Sequence[Program]) -> list[tuple[Program, Program]]:
    """Pairs of programs that do the same work under the same configuration."""
    pairs = itertools.combinations(runs, 2)
    return [(a, b) for a, b in pairs if (a.config, a.benchmark) == (b.config, b.benchmark)]


def _fit_bend(
    parameters: Parameters, few_threads: Sequence[Sample], runs: Sequence[Program]
) -> dict[str, float]:
    """Which share of the package's exponent fits a machine best; every machine has one vote."""
    votes = [
        _sampled_exponent(sample) / parameters.package_exponent(sample.machine) for sample in few_threads
    ]
    if runs:
        own = parameters.package_exponent(PROGRAM_MACHINE)
        models = [_program_model(parameters, share=exponent / own) for exponent in _EXPONENTS]
        best = min(models, key=lambda model: float(np.mean(np.abs(_ratio_errors(model, runs)))))
        votes.append((best.exponent or own) / own)
    if len(votes) <= 1:
        return USUAL_BEND
    logs = np.log(votes)
    return {"share": round(float(np.exp(logs.mean())), 4), "spread": round(float(logs.std(ddof=1)), 4)}


def _sampled_exponent(sample: Sample) -> float:
    """The exponent that fits a machine's powers between its own idle and full power, by relative error."""
    idle, full = sample.watts[sample.loads.argmin()], sample.watts[sample.loads.argmax()]
    between = (sample.loads > sample.loads.min()) & (sample.loads < sample.loads.max())
    loads, watts = sample.loads[between], sample.watts[between]

    def error(exponent: float) -> float:
        return float(np.abs(np.log(watts / (idle + (full - idle) * loads**exponent))).mean())

    return float(min(_EXPONENTS, key=error))


def _fit_spread(parameters: Parameters, runs: Sequence[Program]) -> float:
    """The smallest program term whose intervals hold enough of the pairs of the same work."""
    models = {spread: _program_model(parameters, spread=spread) for spread in _SPREADS}
    enough = (spread for spread, model in models.items() if _coverage(model, runs) >= _COVERAGE)
    return next(enough, max(_SPREADS))


def _fit_clock(parameters: Parameters, runs: Sequence[Program]) -> dict[str, float]:
    """By which power of a busy thread's clock the dynamic power at full load goes down without turbo.

    The same program with turbo and without: programs of one thread tell the clock, and all programs how their
    dynamic power changed. With fewer busy threads it changes less, down to not at all for one (see
    `PowerModel.at_clock`).
    """
    both = turbo_pairs(runs)
    clock = clock_without_turbo(both)
    if clock is None:
        return USUAL_CLOCK
    model, log_clock = _program_model(parameters), math.log(clock)
    idle = model.levels[0]
    fell = np.array([math.log((_watts(off) - idle) / (_watts(on) - idle)) for on, off in both])
    loads = np.array([max(model.load(off.seconds, off.cpu_seconds), 1 / model.threads) for _, off in both])
    weights = 1 + np.log(loads) / math.log(model.threads)
    exponent = float(weights @ fell / (weights @ weights)) / log_clock
    spread = float(np.std(fell - weights * exponent * log_clock, ddof=1)) / abs(log_clock)
    return {"exponent": round(exponent, 4), "spread": round(spread, 4)}


def clock_without_turbo(both: Sequence[tuple[Program, Program]]) -> float | None:
    """The clock without turbo over the one with it, from the times of programs of one thread."""
    shares = [on.seconds / off.seconds for on, off in both if off.cpu_seconds < _ONE_THREAD * off.seconds]
    return float(np.median(shares)) if shares else None


def _watts(run: Program) -> float:
    return run.joules / run.seconds


def turbo_pairs(runs: Sequence[Program]) -> list[tuple[Program, Program]]:
    """The same program with turbo and without, where it ran long enough to be metered well."""
    on = {(run.benchmark, run.language): run for run in runs if run.config == TURBO}
    off = [run for run in runs if run.config == NO_TURBO and run.seconds >= _LONG_ENOUGH]
    return [(on[key], run) for run in off if (key := (run.benchmark, run.language)) in on]


def _terms(spread: float) -> dict[str, dict[str, float]]:
    """The programs' terms by scope.

    They come from package energy; no public table holds the same for the wall, so the wall takes them over.
    Its levels are themselves one program's (SPECpower's), whose own term every work on the machine shares.
    Settings are assumed to share half of the term.
    """
    term = {"program_spread": spread, "settings_spread": spread / 2, "run_spread": _RUN_SPREAD}
    curves = {Scope.WALL: spread, Scope.PACKAGE: 0.0}
    return {scope.value: {**term, "curve_spread": own} for scope, own in curves.items()}


def _program_model(
    parameters: Parameters, *, share: float | None = None, spread: float = USUAL_SPREAD
) -> PowerModel:
    bend = parameters.bend if share is None else {"share": share, "spread": 0.0}
    return build(PROGRAM_MACHINE, Scope.PACKAGE, replace(parameters, bend=bend, program=_terms(spread)))


def _ratio(model: PowerModel, a: Program, b: Program) -> Estimate:
    return model.ratio((a.seconds, a.cpu_seconds), (b.seconds, b.cpu_seconds))


def _ratio_errors(model: PowerModel, runs: Sequence[Program]) -> list[float]:
    return [math.log(_ratio(model, a, b).value * b.joules / a.joules) for a, b in same_work(runs)]


def _coverage(model: PowerModel, runs: Sequence[Program]) -> float:
    pairs = ((a.joules / b.joules, _ratio(model, a, b)) for a, b in same_work(runs))
    return float(np.mean([ratio.low <= truth <= ratio.high for truth, ratio in pairs]))
