"""Fitting the power model's parameters: ``python -m framewatt.power.fitting DATA_FOLDER OUTPUT.json``.

A linear mixed model: fixed effects of a machine's features, and one random effect per CPU generation and per
CPU model that ridge penalties shrink towards zero (best linear unbiased prediction; Robinson 1991, "That BLUP
is a good thing", Statistical Science 6(1)). Uncertainty is what is left on CPUs that a fit has not seen.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from framewatt.power import calibration
from framewatt.power.build import typical_server
from framewatt.power.cpus import CpuIdentity
from framewatt.power.parameters import Machine, Parameters, features, response_from_levels, tdp_features

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from framewatt.power.calibration import Sample

    Matrix = NDArray[np.float64]

FOLDS = 5
MODERN = 2017
_FACTORS = 3


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """How strongly the fit believes its priors: standard deviations of the effects, in residual ones.

    Machines older than `full_weight_from` count half for every `half_weight_years` they are older.
    """

    slopes: float = 10.0
    generation: float = 0.7
    cpu: float = 0.3
    full_weight_from: int = 2016
    half_weight_years: float = 1.0


def fit(
    wall: Sequence[Sample],
    package: Sequence[Sample] = (),
    program_runs: Sequence[calibration.Program] = (),
    shrinkage: Shrinkage | None = None,
) -> Parameters:
    """Parameters from wall-power machines, package-power machines and programs."""
    shrinkage = shrinkage or Shrinkage()
    parameters = _fit_levels(wall, shrinkage)
    parameters = replace(parameters, spread=_spread(wall, shrinkage))
    return replace(parameters, package=_fit_package(parameters, package), program=_fit_programs(program_runs))


def _fit_levels(wall: Sequence[Sample], shrinkage: Shrinkage) -> Parameters:
    tdp = _fit_tdp([sample.machine for sample in wall])
    empty = np.zeros((0, 0))
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
        spread={"generation": empty},
        tdp=tdp,
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
    age = max(0, shrinkage.full_weight_from - sample.machine.year)
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


def _spread(wall: Sequence[Sample], shrinkage: Shrinkage) -> dict[str, Matrix]:
    """Factors of the relative deviation of the levels on held-out CPUs, by what is known of them."""
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
    return {knowledge: _factors(np.array(rows)) for knowledge, rows in residuals.items()}


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


def _fit_package(parameters: Parameters, package: Sequence[Sample]) -> dict[str, object]:
    """Package power as a share of the wall's: log shares at idle and at full load, and what they leave."""
    if not package:
        return {"idle": -0.9, "full": -0.4, "idle_spread": 0.5, "full_spread": 0.3}
    design, logs = [], []
    for sample in package:
        levels = parameters.levels(sample.machine)
        wall = np.interp(sample.loads, np.linspace(0, 1, 11), levels)
        design.append(np.stack([1 - sample.loads, sample.loads], axis=1) / np.sqrt(len(wall)))
        logs.append(np.log(sample.watts / wall) / np.sqrt(len(wall)))
    idle, full = np.linalg.lstsq(np.vstack(design), np.concatenate(logs), rcond=None)[0]
    return {"idle": float(idle), "full": float(full), "idle_spread": 0.5, "full_spread": 0.3}


def _fit_programs(program_runs: Sequence[calibration.Program]) -> dict[str, float]:
    if not program_runs:
        return {}
    return {"program_spread": 0.16, "settings_spread": 0.08, "run_spread": 0.02}


def main() -> None:
    """Fit on all calibration tables of a folder and write the parameter file."""
    folder, output = (Path(argument) for argument in sys.argv[1:3])
    parameters = fit(calibration.specpower(folder), calibration.rapl(folder), calibration.programs(folder))
    output.write_text(parameters.to_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
