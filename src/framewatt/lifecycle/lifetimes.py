"""Whole lifetimes: who trains and who serves, with the coefficients of the formulas."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.lifecycle.expression import evaluate
from framewatt.lifecycle.figures import Figure, development_run, download, set_up, unit_energy
from framewatt.lifecycle.formulas import COEFFICIENTS, FORMULAS, VARIABLES
from framewatt.lifecycle.pairing import pairs
from framewatt.records import Estimate, Provenance, Stage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from framewatt.lifecycle.pairing import Pair
    from framewatt.lifecycle.study import Study

_NOTHING = Figure(Estimate(0.0, 0.0, 0.0), Provenance.DERIVED, {})


@dataclass(frozen=True, slots=True)
class Volumes:
    """What the reader expects of the years to come."""

    development_runs: float
    trainings_per_year: float
    inferences_per_year: float
    years: float

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            BadInput: a negative number, or no years.
        """
        for name in VARIABLES:
            value = getattr(self, name)
            if not 0 <= value < float("inf") or (name == "years" and value == 0):
                option = "--" + name.replace("_", "-")
                raise BadInput(f"{option} {value:g}: a number of at least 0 (years: above 0)")


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A pair with its coefficients."""

    pair: Pair
    figures: Mapping[str, Figure]

    def at(self, formula: str, volumes: Volumes, end: str = "value") -> float:
        """A formula's value, with all coefficients at one end of their intervals together."""
        values = {name: getattr(figure.energy, end) for name, figure in self.figures.items()}
        return evaluate(FORMULAS[formula], {**values, **asdict(volumes)})

    def total(self, volumes: Volumes) -> float:
        """J over all years."""
        return self.at("total", volumes)


def lifetimes_of(
    studies: Sequence[Study], volumes: Volumes, exporting: Mapping[str, Sequence[str]]
) -> list[Lifetime]:
    """Every pair that the studies allow; `exporting` has each framework's formats that reach ONNX.

    Raises:
        BadInput: studies that do not add up, no pair, or a volume of a stage that nobody studied.
    """
    _require_one_machine(studies)
    _require_one_work(studies)
    _require_studied(volumes, {study.stage for study in studies})
    lifetimes = [Lifetime(pair, _figures(pair)) for pair in pairs(studies, exporting)]
    for study in studies:
        if not study.raced:
            raise BadInput(f"{study.run}: no candidate was measured; `framewatt report` says why")
        if not any(part.study is study for lifetime in lifetimes for part in lifetime.pair.parts):
            raise BadInput(
                f"{study.run}: nobody of the training run can serve this model; see the models' formats"
            )
    return lifetimes


def _require_one_machine(studies: Sequence[Study]) -> None:
    """Energies of two machines, or of two scopes, are not terms of one sum."""
    first = studies[0]
    for other in studies[1:]:
        here, there = first.machine, other.machine
        if here.name != there.name:
            names = " and ".join(
                f"{machine.cpu_model} with {machine.logical_cpus} CPUs" for machine in (here, there)
            )
            raise BadInput(
                f"{first.run} and {other.run} were measured on different machines ({names}); "
                "measure them on one"
            )
        if here.scope != there.scope:
            raise BadInput(
                f"{first.run} counts energy at the {here.scope}, {other.run} at the {there.scope}; "
                "measure both with one meter"
            )


def _require_one_work(studies: Sequence[Study]) -> None:
    """One training at most, and one inference of another source than its table: others are other work."""
    trained = [study for study in studies if study.stage is Stage.TRAINING]
    own = {study.work.sha256 for study in trained}
    served = [study for study in studies if study.stage is Stage.INFERENCE and study.work.sha256 not in own]
    for stage, same in ((Stage.TRAINING, trained), (Stage.INFERENCE, served)):
        if len(same) > 1:
            runs = ", ".join(study.run for study in same)
            raise BadInput(
                f"{len(same)} {stage} runs ({runs}): a plan adds up one of each; call it once for each"
            )


def _require_studied(volumes: Volumes, stages: Collection[Stage]) -> None:
    if volumes.trainings_per_year and Stage.TRAINING not in stages:
        raise BadInput("--trainings-per-year needs a training run among the RUNs; give one, or 0")
    if volumes.inferences_per_year and Stage.INFERENCE not in stages:
        raise BadInput("--inferences-per-year needs an inference run among the RUNs; give one, or 0")


def _figures(pair: Pair) -> dict[str, Figure]:
    rows = [part.row for part in pair.parts]
    energies = [(unit_energy(part) if part else None) or _NOTHING for part in (pair.training, pair.serving)]
    figures = (download(rows), set_up(rows), development_run(rows[0]), *energies)
    return dict(zip(COEFFICIENTS, figures, strict=True))
