"""Fitting what implementations of the same work differ by, and how the first busy thread wakes a machine."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from framewatt.power.build import build, describe
from framewatt.power.cpus import identify
from framewatt.records import Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.power.calibration import Program
    from framewatt.power.model import PowerModel
    from framewatt.power.parameters import Parameters
    from framewatt.records import Estimate

PROGRAM_CPU = "Intel Xeon Gold 6430"
"""The two-socket machine of the language benchmarks, as their authors name it (arXiv 2410.05460)."""
_WAKES = (0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5)
_SPREADS = (0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.25, 0.3)
_USUAL_WAKE, _USUAL_SPREAD = 0.1, 0.16
_RUN_SPREAD = 0.02  # run-to-run scatter of energy is on record at 1.4 to 2.4 %
_COVERAGE = 0.94


def fit_programs(parameters: Parameters, runs: Sequence[Program]) -> dict[str, dict[str, float]]:
    """The programs' own term, and how the first busy thread wakes the machine.

    Only pairs of the same work count. They come from package energy; no public table holds the same for the
    wall, so the wall takes them over. Its curve is itself one program's (SPECpower's): two draws
    of a program lie between that curve and the work, so the spread is wider by the square root of two.
    """
    program = {"wake_exponent": _USUAL_WAKE, "program_spread": _USUAL_SPREAD}
    if runs:
        models = {wake: _program_model(parameters, wake, _USUAL_SPREAD) for wake in _WAKES}
        wake = min(models, key=lambda wake: float(np.mean(np.abs(_ratio_errors(models[wake], runs)))))
        spreads = {spread: _program_model(parameters, wake, spread) for spread in _SPREADS}
        enough = (spread for spread, model in spreads.items() if _coverage(model, runs) >= _COVERAGE)
        program = {"wake_exponent": wake, "program_spread": next(enough, max(_SPREADS))}
    at_the_wall = program | {"program_spread": round(math.sqrt(2) * program["program_spread"], 3)}
    return {
        Scope.WALL.value: _with_shared_terms(at_the_wall),
        Scope.PACKAGE.value: _with_shared_terms(program),
    }


def same_work(runs: Sequence[Program]) -> list[tuple[Program, Program]]:
    """Pairs of programs that do the same work under the same configuration."""
    pairs = itertools.combinations(runs, 2)
    return [(a, b) for a, b in pairs if (a.config, a.benchmark) == (b.config, b.benchmark)]


def _with_shared_terms(term: dict[str, float]) -> dict[str, float]:
    """With the terms that no public table tells apart: settings share half of the program's own term."""
    return {**term, "settings_spread": term["program_spread"] / 2, "run_spread": _RUN_SPREAD}


def _program_model(parameters: Parameters, wake: float, spread: float) -> PowerModel:
    term = _with_shared_terms({"wake_exponent": wake, "program_spread": spread})
    machine = describe(identify(PROGRAM_CPU), sockets=2, cores=64, threads=128)
    return build(machine, Scope.PACKAGE, replace(parameters, program={Scope.PACKAGE.value: term}))


def _ratio(model: PowerModel, a: Program, b: Program) -> Estimate:
    return model.ratio((a.seconds, a.cpu_seconds), (b.seconds, b.cpu_seconds))


def _ratio_errors(model: PowerModel, runs: Sequence[Program]) -> list[float]:
    return [math.log(_ratio(model, a, b).value * b.joules / a.joules) for a, b in same_work(runs)]


def _coverage(model: PowerModel, runs: Sequence[Program]) -> float:
    pairs = ((a.joules / b.joules, _ratio(model, a, b)) for a, b in same_work(runs))
    return float(np.mean([ratio.low <= truth <= ratio.high for truth, ratio in pairs]))
