"""Whole lifetimes: who trains and who serves, with the coefficients of the formulas."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput
from framewatt.lifecycle.expression import evaluate
from framewatt.lifecycle.figures import Figure, development_run, download, set_up, unit_energy
from framewatt.lifecycle.formulas import COEFFICIENTS, FORMULAS, VARIABLES
from framewatt.lifecycle.pairing import Pair, counts, pairs
from framewatt.records import Estimate, Provenance, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Document = Mapping[str, Any]

_NOTHING = Figure(Estimate(0.0, 0.0, 0.0), Provenance.DERIVED.value, {})


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


def lives_of(
    decisions: Sequence[Document], volumes: Volumes, exporting: Mapping[str, Sequence[str]]
) -> list[Lifetime]:
    """Every pair that the studies allow; `exporting` has each framework's formats that reach ONNX.

    Raises:
        BadInput: studies that do not add up, no pair, or a volume of a stage that nobody studied.
    """
    _require_one_machine(decisions)
    _require_one_work(decisions)
    stages = {decision["stage"] for decision in decisions}
    if volumes.trainings_per_year and Stage.TRAINING not in stages:
        raise BadInput("--trainings-per-year needs a training run among the RUNs; give one, or 0")
    if volumes.inferences_per_year and Stage.INFERENCE not in stages:
        raise BadInput("--inferences-per-year needs an inference run among the RUNs; give one, or 0")
    found = [Lifetime(pair, _figures(pair)) for pair in pairs(decisions, exporting)]
    for decision in decisions:
        if not any(map(counts, decision["candidates"])):
            raise BadInput(f"{decision['run']}: no candidate was measured; `framewatt report` says why")
        if not any(decision is study for life in found for study in life.pair.studies):
            raise BadInput(
                f"{decision['run']}: nobody of the training run can serve this model; see the models' formats"
            )
    return found


def _require_one_machine(decisions: Sequence[Document]) -> None:
    """Energies of two machines, or of two scopes, are not terms of one sum."""
    first = decisions[0]
    for other in decisions[1:]:
        here, there = (
            (d["host"]["cpu_model"], d["host"]["logical_cpus"], d["meter"]["scope"]) for d in (first, other)
        )
        if here[:2] != there[:2]:
            machines = " and ".join(f"{cpu} with {count} CPUs" for cpu, count, _ in (here, there))
            raise BadInput(
                f"{first['run']} and {other['run']} were measured on different machines ({machines}); "
                "measure them on one"
            )
        if here != there:
            raise BadInput(
                f"{first['run']} counts energy at the {here[2]}, {other['run']} at the {there[2]}; "
                "measure both with one meter"
            )


def _require_one_work(decisions: Sequence[Document]) -> None:
    """One training at most, and one inference of another source than its table: others are other work."""
    trained = [d for d in decisions if d["stage"] == Stage.TRAINING]
    own = {d["workload"]["sha256"] for d in trained}
    served = [d for d in decisions if d["stage"] == Stage.INFERENCE and d["workload"]["sha256"] not in own]
    for stage, studies in (("training", trained), ("inference", served)):
        if len(studies) > 1:
            told = ", ".join(d["run"] for d in studies)
            raise BadInput(
                f"{len(studies)} {stage} runs ({told}): a plan adds up one of each; call it once for each"
            )


def _figures(pair: Pair) -> dict[str, Figure]:
    rows = [row for row in (pair.training, pair.serving) if row is not None]
    trained = unit_energy(pair.training, pair.studies[0]) if pair.training and pair.studies[0] else None
    served = unit_energy(pair.serving, pair.studies[1]) if pair.serving and pair.studies[1] else None
    found = (download(rows), set_up(rows), development_run(rows[0]), trained or _NOTHING, served or _NOTHING)
    return dict(zip(COEFFICIENTS, found, strict=True))
