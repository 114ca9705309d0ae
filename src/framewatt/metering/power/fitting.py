"""Fitting the power model: ``python -m framewatt.metering.power.fitting DATA_FOLDER OUTPUT.json``.

A linear mixed model: fixed effects of a machine's features and of their products, and one random effect per
CPU generation and per CPU model, which ridge penalties shrink towards zero (best linear unbiased prediction;
Robinson 1991, "That BLUP is a good thing", Statistical Science 6(1)). Uncertainty is what is left on CPUs
that a fit has not seen.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from framewatt.metering.power import calibration
from framewatt.metering.power.build import typical_server
from framewatt.metering.power.cpus import CpuIdentity
from framewatt.metering.power.model import LOADS
from framewatt.metering.power.package_fit import USUAL_PACKAGE, fit_package, package_spread
from framewatt.metering.power.parameters import (
    Machine,
    Parameters,
    design,
    features,
    response_from_levels,
    tdp_features,
)
from framewatt.metering.power.program_fit import fit_work
from framewatt.metering.power.spread import principal_factors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from framewatt.metering.power.calibration import Program, Sample

    Matrix = NDArray[np.float64]

FOLDS = 5
MODERN = 2017
_PRODUCTS = (0.03, 0.06, 0.1, 0.15)
_TUNED_MACHINES = 0.25  # published machines are set up to idle low; others draw this much more or less there


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """How strongly the fit believes its priors: standard deviations of the effects, in residual ones.

    `slopes` are those of the features, `products` of their products (see `parameters.design`).

    Machines older than `full_weight_from` count half for every `half_weight_years` they are older; entry
    servers, of which few were published, are counted in full for `client_years` more.
    """

    slopes: float = 10.0
    products: float = 0.1
    generation: float = 0.35
    cpu: float = 0.1
    full_weight_from: int = 2016
    client_years: int = 8
    half_weight_years: float = 1.5


def fit(
    wall: Sequence[Sample],
    package: Sequence[Sample] = (),
    few_threads: Sequence[Sample] = (),
    program_runs: Sequence[Program] = (),
) -> Parameters:
    """Parameters from wall powers, package powers, package powers with few busy threads, and programs.

    How far products count is what serves CPUs held out of `wall` best.
    """
    priors = [Shrinkage(products=products) for products in _PRODUCTS]
    held_out = {prior: _held_out_residuals(wall, prior) for prior in priors}
    best = min(priors, key=lambda prior: _held_out_error(np.array(held_out[prior]["generation"])))
    residuals, parameters = held_out[best], _fit_levels(wall, best)
    offset = _least_relative_error(np.array(residuals["generation"]))
    spread = {
        known: _with_tuning(principal_factors(np.array(rows) - offset)) for known, rows in residuals.items()
    }
    parameters = replace(parameters, offset=offset, spread=spread)
    if package:
        spread["package"] = package_spread(parameters, package)
        parameters = replace(parameters, package=fit_package(parameters, package))
    return fit_work(parameters, few_threads, program_runs)


def _fit_levels(wall: Sequence[Sample], shrinkage: Shrinkage) -> Parameters:
    tdp = _fit_tdp([sample.machine for sample in wall])
    predictors = np.array([features(sample.machine, tdp) for sample in wall])
    reach = np.array([predictors.min(axis=0), predictors.max(axis=0)])
    ends, ends_generations = _mixed_model(
        wall, np.array([np.log(s.watts[[0, -1]]) for s in wall]), (tdp, reach), shrinkage
    )
    complete = [sample for sample in wall if sample.complete]
    curves = np.array([response_from_levels(sample.watts)[2:] for sample in complete])
    curve, curve_generations = _mixed_model(complete, curves, (tdp, reach), shrinkage)
    none = np.zeros(curves.shape[1])
    return Parameters(
        coefficients=np.hstack([ends, curve]),
        generations={
            name: np.concatenate([row, curve_generations.get(name, none)])
            for name, row in ends_generations.items()
        },
        spread={},
        tdp=tdp,
        reach=reach,
        offset=np.zeros(curves.shape[1] + ends.shape[1]),
        package=USUAL_PACKAGE,
        bend={},
        clock={},
        program={},
    )


def _fit_tdp(machines: Sequence[Machine]) -> Matrix:
    known = [machine for machine in machines if machine.tdp_watts]
    rows = np.array([tdp_features(machine) for machine in known])
    logs = np.log([machine.tdp_watts or 1.0 for machine in known])
    solution: Matrix = np.linalg.lstsq(rows, logs, rcond=None)[0]
    return solution


def _mixed_model(
    samples: Sequence[Sample], responses: Matrix, scale: tuple[Matrix, Matrix], shrinkage: Shrinkage
) -> tuple[Matrix, dict[str, Matrix]]:
    """Fixed coefficients and the generations' effects; the CPU models' effects only soak up repeats."""
    tdp, reach = scale
    own = np.array([features(sample.machine, tdp) for sample in samples])
    fixed = np.array([design(row, reach) for row in own])
    generations, by_generation = _indicators(
        [s.machine.cpu.generation.name if s.machine.cpu.generation else "" for s in samples]
    )
    _, by_cpu = _indicators([sample.machine.cpu.name for sample in samples])
    effect_of = np.hstack([fixed, by_generation * shrinkage.generation, by_cpu * shrinkage.cpu])
    penalty = np.ones(effect_of.shape[1])
    penalty[: own.shape[1]] = shrinkage.slopes**-2
    penalty[own.shape[1] : fixed.shape[1]] = shrinkage.products**-2
    penalty[0] = 1e-6
    weights = np.array([_weight(sample, shrinkage) for sample in samples])[:, None]
    effects = np.linalg.solve(
        (effect_of * weights).T @ effect_of + np.diag(penalty), (effect_of * weights).T @ responses
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


def _held_out_error(residuals: Matrix) -> float:
    """Mean relative error on held-out CPUs once the levels are shifted for it."""
    return float(np.abs(np.exp(_least_relative_error(residuals) - residuals) - 1).mean())


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


def _with_tuning(factors: Matrix) -> Matrix:
    """One more factor: how a machine was set up moves idle and low loads against the full load."""
    return np.vstack([factors, _TUNED_MACHINES * (1 - np.array(LOADS))])


def main() -> None:
    """Fit on all calibration tables of a folder and write the parameter file."""
    folder, output = (Path(argument) for argument in sys.argv[1:3])
    parameters = fit(
        calibration.specpower(folder),
        calibration.rapl(folder),
        calibration.few_busy_threads(folder),
        calibration.programs(folder),
    )
    output.write_text(parameters.to_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
