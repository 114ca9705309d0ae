"""Fitting the power model's parameters: ``python -m framewatt.power.fitting DATA_FOLDER OUTPUT.json``.

A linear mixed model: fixed effects of a machine's features, and one random effect per CPU generation and per
CPU model that ridge penalties shrink towards zero (best linear unbiased prediction; Robinson 1991, "That BLUP
is a good thing", Statistical Science 6(1)). Uncertainty is what is left on CPUs that a fit has not seen.
"""

from __future__ import annotations

import itertools
import math
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt.power import calibration
from framewatt.power.build import build, describe, typical_server
from framewatt.power.cpus import CpuIdentity, identify
from framewatt.power.model import LOADS, PowerModel
from framewatt.power.parameters import (
    USUAL_DESIGN_POWER,
    Machine,
    Parameters,
    features,
    response_from_levels,
    tdp_features,
    tdp_watts,
)
from framewatt.records import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from framewatt.power.calibration import Program, Sample
    from framewatt.records import Estimate

    Matrix = NDArray[np.float64]

FOLDS = 5
MODERN = 2017
_FACTORS = 3
_NEAR = 0.05
_EXPONENTS, _DECLINES = (0.7, 0.8, 0.9), (1.5,)  # too few machines to learn how turbo spread over the years
_IDLE_SHIFTS = (0.0, -0.1, -0.2, -0.3, -0.4, -0.5)
_WAKES = (0.1, 0.15, 0.2, 0.3, 0.5)
_SPREADS = (0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.25, 0.3)
_USUAL_WAKE, _USUAL_SPREAD = 0.1, 0.16
_TUNED_MACHINES = 0.25  # published machines are set up to idle low; others draw this much more or less there
_RUN_SPREAD = 0.02  # run-to-run scatter of energy is on record at 1.4 to 2.4 %
_COVERAGE = 0.94
PROGRAM_CPU = "Intel Xeon Gold 6430"
"""The two-socket machine of the language benchmarks, as their authors name it (arXiv 2410.05460)."""


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """How strongly the fit believes its priors: standard deviations of the effects, in residual ones.

    Machines older than `full_weight_from` count half for every `half_weight_years` they are older; entry
    servers, of which few were published, are counted in full for `client_years` more.
    """

    slopes: float = 10.0
    generation: float = 0.35
    cpu: float = 0.1
    full_weight_from: int = 2016
    client_years: int = 8
    half_weight_years: float = 1.5


def fit(
    wall: Sequence[Sample],
    package: Sequence[Sample] = (),
    program_runs: Sequence[Program] = (),
    shrinkage: Shrinkage | None = None,
) -> Parameters:
    """Parameters from wall-power machines, package-power machines and programs."""
    shrinkage = shrinkage or Shrinkage()
    parameters = _fit_levels(wall, shrinkage)
    residuals = _held_out_residuals(wall, shrinkage)
    offset = _least_relative_error(np.array(residuals["generation"]))
    spread = {known: _with_tuning(_factors(np.array(rows) - offset)) for known, rows in residuals.items()}
    parameters = replace(parameters, offset=offset, spread=spread)
    if package:
        spread["package"] = _package_spread(parameters, package)
        parameters = replace(parameters, package=_fit_package(parameters, package))
    return replace(parameters, program=_fit_programs(parameters, program_runs))


def _fit_levels(wall: Sequence[Sample], shrinkage: Shrinkage) -> Parameters:
    tdp = _fit_tdp([sample.machine for sample in wall])
    ends, ends_generations = _mixed_model(
        wall, np.array([np.log(s.watts[[0, -1]]) for s in wall]), tdp, shrinkage
    )
    complete = [sample for sample in wall if sample.complete]
    curves = np.array([response_from_levels(sample.watts)[2:] for sample in complete])
    curve, curve_generations = _mixed_model(complete, curves, tdp, shrinkage)
    none = np.zeros(curves.shape[1])
    return Parameters(
        coefficients=np.hstack([ends, curve]),
        generations={
            name: np.concatenate([row, curve_generations.get(name, none)])
            for name, row in ends_generations.items()
        },
        spread={},
        tdp=tdp,
        offset=np.zeros(curves.shape[1] + ends.shape[1]),
        package={},
        program={},
    )


def _fit_tdp(machines: Sequence[Machine]) -> Matrix:
    known = [machine for machine in machines if machine.tdp_watts]
    design = np.array([tdp_features(machine) for machine in known])
    logs = np.log([machine.tdp_watts or 1.0 for machine in known])
    solution: Matrix = np.linalg.lstsq(design, logs, rcond=None)[0]
    return solution


def _mixed_model(
    samples: Sequence[Sample], responses: Matrix, tdp: Matrix, shrinkage: Shrinkage
) -> tuple[Matrix, dict[str, Matrix]]:
    """Fixed coefficients and the generations' effects; the CPU models' effects only soak up repeats."""
    fixed = np.array([features(sample.machine, tdp) for sample in samples])
    generations, by_generation = _indicators(
        [s.machine.cpu.generation.name if s.machine.cpu.generation else "" for s in samples]
    )
    _, by_cpu = _indicators([sample.machine.cpu.name for sample in samples])
    design = np.hstack([fixed, by_generation * shrinkage.generation, by_cpu * shrinkage.cpu])
    penalty = np.ones(design.shape[1])
    penalty[: fixed.shape[1]] = shrinkage.slopes**-2
    penalty[0] = 1e-6
    weights = np.array([_weight(sample, shrinkage) for sample in samples])[:, None]
    effects = np.linalg.solve(
        (design * weights).T @ design + np.diag(penalty), (design * weights).T @ responses
    )
    first = fixed.shape[1]
    return effects[:first], {
        name: effects[first + row] * shrinkage.generation for row, name in enumerate(generations) if name
    }


def _indicators(labels: Sequence[str]) -> tuple[list[str], Matrix]:
    names = sorted(set(labels))
    return names, np.array([[float(label == name) for name in names] for label in labels])


def _weight(sample: Sample, shrinkage: Shrinkage) -> float:
    full_from = shrinkage.full_weight_from - sample.machine.client * shrinkage.client_years
    age = max(0, full_from - sample.machine.year)
    return float(2.0 ** (-age / shrinkage.half_weight_years))


def by_cpu(
    samples: Sequence[Sample], folds: int, seed: int = 0
) -> Iterator[tuple[list[Sample], list[Sample]]]:
    """Training and held-out samples; all machines with one CPU model are on the same side."""
    names = sorted({sample.machine.cpu.name for sample in samples})
    np.random.default_rng(seed).shuffle(names)
    fold_of = {name: index % folds for index, name in enumerate(names)}
    for fold in range(folds):
        held_out = [sample for sample in samples if fold_of[sample.machine.cpu.name] == fold]
        yield [sample for sample in samples if fold_of[sample.machine.cpu.name] != fold], held_out


def _held_out_residuals(wall: Sequence[Sample], shrinkage: Shrinkage) -> dict[str, list[Matrix]]:
    """Log of measured over predicted levels on held-out modern CPUs, by what is known of them."""
    residuals: dict[str, list[Matrix]] = {"generation": [], "slice": [], "tdp": [], "nothing": []}
    for seed in range(3):
        for training, held_out in by_cpu(wall, FOLDS, seed):
            parameters = _fit_levels(training, shrinkage)
            for sample in held_out:
                if sample.complete and sample.year >= MODERN:
                    for knowledge, machine in _degraded(sample.machine).items():
                        per_thread = parameters.levels(machine) / machine.threads
                        actual = sample.watts / sample.machine.threads
                        residuals[knowledge].append(np.log(actual / per_thread))
    return residuals


def _least_relative_error(residuals: Matrix) -> Matrix:
    """Per level, the shift of the log prediction with the least mean relative error on held-out CPUs."""
    shifts = np.linspace(-0.3, 0.1, 81)
    errors = np.abs(np.exp(shifts[:, None, None] - residuals) - 1).mean(axis=1)
    return np.asarray(shifts[errors.argmin(axis=0)])


def _degraded(machine: Machine) -> dict[str, Machine]:
    """The same machine as a user with less knowledge would describe it."""
    in_the_cloud = typical_server(machine.cpu, (machine.memory_gb or 0) / machine.threads or None)
    nameless = replace(machine, cpu=CpuIdentity(machine.cpu.name, None, None), memory_gb=None)
    return {
        "generation": machine,
        "slice": in_the_cloud,
        "tdp": nameless,
        "nothing": replace(nameless, tdp_watts=None),
    }


def _factors(residuals: Matrix) -> Matrix:
    """Principal factors of the second moments about zero, so that a bias counts as uncertainty too."""
    moments = residuals.T @ residuals / len(residuals)
    values, vectors = np.linalg.eigh(moments)
    factors = (vectors * np.sqrt(values.clip(0))).T[::-1][:_FACTORS]
    # What the leading factors leave out is spread over the levels by scaling them up to the full variance.
    kept = np.sqrt((factors**2).sum(axis=0))
    return np.asarray(factors * np.sqrt(np.diag(moments)) / kept)


def _with_tuning(factors: Matrix) -> Matrix:
    """One more factor: how a machine was set up moves idle and low loads against the full load."""
    return np.vstack([factors, _TUNED_MACHINES * (1 - np.array(LOADS))])


def _fit_package(parameters: Parameters, package: Sequence[Sample]) -> dict[str, Any]:
    """Idle and full package power as shares of the thermal design power, and the curve between."""
    idle, full = (_fit_share(parameters, package, at) for at in (0.0, 1.0))

    def shaped(shape: tuple[float, float, float]) -> dict[str, Any]:
        exponent, decline, shift = shape
        return {"idle": [idle[0] + shift, idle[1]], "full": full, "exponent": [exponent, decline]}

    def error(shape: tuple[float, float, float]) -> float:
        candidate = replace(parameters, package=shaped(shape))
        return float(np.mean([np.abs(np.exp(-_package_residual(candidate, s)) - 1).mean() for s in package]))

    shapes = list(itertools.product(_EXPONENTS, _DECLINES, _IDLE_SHIFTS))
    best: tuple[float, float, float] = min(shapes, key=error)
    return shaped(best)


def _fit_share(parameters: Parameters, package: Sequence[Sample], at: float) -> list[float]:
    """Intercept and (shrunken) slope over size of the log share of the design power drawn at a load."""
    rows, logs = [], []
    for sample in package:
        here = np.abs(sample.loads - at) <= _NEAR
        if here.any():
            design_power = sample.machine.sockets * tdp_watts(sample.machine, parameters.tdp)
            rows.append([1.0, np.log(design_power / USUAL_DESIGN_POWER)])
            logs.append(np.log(np.median(sample.watts[here]) / design_power))
    design = np.array(rows)
    solution = np.linalg.solve(design.T @ design + np.diag([0.0, 1.0]), design.T @ np.array(logs))
    return [round(float(value), 5) for value in solution]


def _package_residual(parameters: Parameters, sample: Sample) -> Matrix:
    levels = parameters.package_levels(sample.machine)
    return np.asarray(np.log(sample.watts / np.interp(sample.loads, LOADS, levels)))


def _package_spread(parameters: Parameters, package: Sequence[Sample]) -> Matrix:
    """Factors of the deviation on machines left out one at a time, brought to the eleven loads."""
    residuals = []
    for sample in package:
        others = [other for other in package if other is not sample]
        left_out = replace(parameters, package=_fit_package(parameters, others))
        order = np.argsort(sample.loads)
        residuals.append(np.interp(LOADS, sample.loads[order], _package_residual(left_out, sample)[order]))
    return _factors(np.array(residuals))


def _fit_programs(parameters: Parameters, runs: Sequence[Program]) -> dict[str, dict[str, float]]:
    """The programs' own term, and how the first busy thread wakes the machine.

    Only pairs of the same work count. They come from package energy; no public table holds the same for the
    wall, so the wall takes them over.
    """
    program = {"wake_exponent": _USUAL_WAKE, "program_spread": _USUAL_SPREAD}
    if runs:
        models = {wake: _program_model(parameters, wake, _USUAL_SPREAD) for wake in _WAKES}
        wake = min(models, key=lambda wake: float(np.mean(np.abs(_ratio_errors(models[wake], runs)))))
        spreads = {spread: _program_model(parameters, wake, spread) for spread in _SPREADS}
        enough = (spread for spread, model in spreads.items() if _coverage(model, runs) >= _COVERAGE)
        program = {"wake_exponent": wake, "program_spread": next(enough, max(_SPREADS))}
    return {scope.value: _with_shared_terms(program) for scope in Scope}


def _with_shared_terms(term: dict[str, float]) -> dict[str, float]:
    """With the terms that no public table tells apart: settings share half of the program's own term."""
    return {**term, "settings_spread": term["program_spread"] / 2, "run_spread": _RUN_SPREAD}


def _program_model(parameters: Parameters, wake: float, spread: float) -> PowerModel:
    term = _with_shared_terms({"wake_exponent": wake, "program_spread": spread})
    machine = describe(identify(PROGRAM_CPU), sockets=2, cores=64, threads=128)
    return build(machine, Scope.PACKAGE, replace(parameters, program={Scope.PACKAGE.value: term}))


def same_work(runs: Sequence[Program]) -> list[tuple[Program, Program]]:
    """Pairs of programs that do the same work under the same configuration."""
    pairs = itertools.combinations(runs, 2)
    return [(a, b) for a, b in pairs if (a.config, a.benchmark) == (b.config, b.benchmark)]


def _ratio(model: PowerModel, a: Program, b: Program) -> Estimate:
    return model.ratio((a.seconds, a.cpu_seconds), (b.seconds, b.cpu_seconds))


def _ratio_errors(model: PowerModel, runs: Sequence[Program]) -> list[float]:
    return [math.log(_ratio(model, a, b).value * b.joules / a.joules) for a, b in same_work(runs)]


def _coverage(model: PowerModel, runs: Sequence[Program]) -> float:
    pairs = ((a.joules / b.joules, _ratio(model, a, b)) for a, b in same_work(runs))
    return float(np.mean([ratio.low <= truth <= ratio.high for truth, ratio in pairs]))


def main() -> None:
    """Fit on all calibration tables of a folder and write the parameter file."""
    folder, output = (Path(argument) for argument in sys.argv[1:3])
    parameters = fit(calibration.specpower(folder), calibration.rapl(folder), calibration.programs(folder))
    output.write_text(parameters.to_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
