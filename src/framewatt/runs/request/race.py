"""How the race is run: what decides, how long, on which meter, and where the run is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from framewatt.records import Objective
from framewatt.runs.request.option import Group, Option, StudyKind
from framewatt.runs.request.readers import DURATION, PATH, TEXT, one_of, share, whole


@dataclass(frozen=True, slots=True)
class RaceOptions(Group):
    """The rules of the race; durations are seconds, the margin is a share."""

    TITLE: ClassVar = "Race"

    objective: Objective = Option(  # noqa: RUF009 - it makes a dataclass field
        "--objective", one_of(*Objective), "energy or carbon.", Objective.ENERGY.value
    ).field()
    margin: float = Option(
        "--margin", share(least_excluded=True), "Differences up to this count as equal.", "2%"
    ).field()
    max_regret: float = Option(
        "--max-regret",
        share(),
        "The most that a selection may cost more than the best; proving it ends the race.",
        "5%",
    ).field()
    budget: float = Option(
        "--budget", DURATION, "Measuring time; getting ready for it does not count.", "3min"
    ).field()
    prepare_budget: float = Option(
        "--prepare-budget",
        DURATION,
        "Time to get ready: environments, conversions, first launches; who is not ready then stays out.",
        "15min",
        studies=frozenset({StudyKind.MODEL}),
    ).field()
    timeout: float = Option(
        "--timeout",
        DURATION,
        "How long one step (convert, load, a query) may take before it counts as hung.",
        "5min",
    ).field()
    seed: int = Option("--seed", whole(0), "Seed of every random order and generated input.", 1).field()
    incumbent: str | None = Option(
        "--incumbent", TEXT, "What runs today: savings and payback are against it.", metavar="FRAMEWORK"
    ).field()
    meter: str | None = Option(
        "--meter",
        TEXT,
        "An instrument by name, such as rapl or rapl+nvml (default: the best that works here).",
    ).field()
    runs_dir: str = Option("--runs-dir", PATH, "Where run folders are kept.", "framewatt-runs").field()
