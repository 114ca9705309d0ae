"""Error rates, power and cost of the race: ``python benchmarks/race.py [--quick] [PART ...]``.

Parts are ``errors``, ``good``, ``power``, ``cost`` and ``settings`` (simulations, which run where none is
named), ``twins`` and ``encoder`` (real races on this machine); ``all`` is all of them.

The simulated field imitates runs on a shared two-core virtual machine: 2 % scatter of a ratio between
launches, 3.5 % between windows of one launch, autocorrelated, over a shared drift. Costs are in seconds at
equal power, so that shares of time are shares of energy.
"""

from __future__ import annotations

import argparse
import itertools
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from exhaustive import exhaustive_seconds
from framewatt.race import Entrant, Race, RaceRules
from framewatt.race.simulation.rehearsal import rehearse
from framewatt.race.simulation.simulation import Outcome, SimulatedField, simulate
from framewatt.records import Verdict
from framewatt.statistics import windows_per_trial
from race_real import report_encoder, report_twins, upper_bound

if TYPE_CHECKING:
    from framewatt.statistics.arrays import Array

SIMULATED = ["errors", "good", "power", "cost", "settings"]
KNOWN = [*SIMULATED, "twins", "encoder", "all"]
MARGIN = 0.02
RULES = RaceRules(seed=11, window_seconds=0.5, margin=MARGIN)
WINNERS = replace(RULES, max_regret=0.0)
"""Rules under which a race goes on until somebody wins or all are equal."""

# CPU ms per inference and import CPU seconds of twelve ways to run one model on one thread, as measured once
# on a two-core EPYC virtual machine; differences under 15 % were not resolved there.
BERT = {
    "openvino": (16.5, 0.3), "onnxruntime-node": (18.5, 0.1), "tensorflow": (18.6, 7.3),
    "onnxruntime": (19.5, 0.06), "mnn": (22.8, 0.04), "tract": (23.2, 0.02), "torch-traced": (23.7, 3),
    "iree": (25.3, 0.05), "torch": (29.0, 3), "onnx-reference": (94, 0.06), "tinygrad": (125, 2),
    "tvm": (1050, 1),
}  # fmt: skip
YOLO = {
    "ncnn": (22.7, 0.03), "onnxruntime": (24.4, 0.06), "onnxruntime-node": (24.4, 0.1),
    "openvino": (25.1, 0.3), "litert": (25.3, 0.03), "tensorflow": (25.9, 7.3), "mnn": (28.4, 0.04),
    "torch-traced": (36.2, 3), "torch": (44.5, 3), "tract": (64.8, 0.02), "iree": (89.9, 0.05),
    "onnxruntime-web": (107, 0.1),
}  # fmt: skip
WARM_UP_SECONDS = 1.0
INSTALL_AND_CONVERT_SECONDS = 50.0
"""For twelve environments (5 GB unpacked) and their conversions together: an assumption, on both sides."""


@dataclass(frozen=True)
class Rates:
    """What a set of simulated races came to."""

    winner: float
    false_winner: float
    wrong: float
    covered: float
    spent: float

    @classmethod
    def of(cls, out: Outcome, costs: Array) -> Rates:
        """Judge outcomes by the truth about what the verdict rests on."""
        truth = np.where(out.rests_on_cpu[:, None], np.log(costs), out.truth)
        best, apart = truth.argmin(axis=1), truth - truth.min(axis=1, keepdims=True)
        beyond = np.sort(apart, axis=1)[:, 1] > np.log1p(MARGIN) + 1e-12
        false_winner = (out.winner >= 0) & ((out.winner != best) | ~beyond)
        unequal = (out.selected & (apart > np.log1p(MARGIN) + 1e-12)).any(axis=1)
        cheapest = out.truth.argmin(axis=1)[:, None, None]
        distance = out.truth - out.truth.min(axis=1, keepdims=True)
        low, high = (np.take_along_axis(ends, cheapest, axis=2)[:, :, 0] for ends in (out.low, out.high))
        return cls(
            winner=float(((out.winner == best) & beyond).mean()),
            false_winner=float(false_winner.mean()),
            wrong=float((false_winner | (out.equivalent & unequal)).mean()),
            covered=float(((low <= distance) & (distance <= high)).all(axis=1).mean()),
            spent=float(out.spent.mean()),
        )


def report_errors(races: int) -> None:
    """False winners and coverage where nobody wins."""
    print(f"\nFalse winners and simultaneous coverage, {races} races each (budget 180 s)")
    print(f"{'case':38}{'quantity':>18}{'false winners':>14}{'upper 95 %':>11}{'coverage':>10}{'spent s':>9}")
    noisy_last = {"launch_sd": [0.014] * 11 + [0.056], "window_sd": [0.025] * 11 + [0.1]}
    noisy_first = {name: values[::-1] for name, values in noisy_last.items()}
    for tag, model in (("counter or CPU s", None), ("estimate", 0.11)):
        for case, costs, extra in (
            ("2 identical", [1.0, 1.0], {}),
            ("2, ratio at the margin", [1.0, 1.0 + MARGIN], {}),
            ("2, ratio at the margin, launch 10 s", [1.0, 1.0 + MARGIN], {"launch_seconds": 10.0}),
            ("2, ratio at the margin, launch 0.5 s", [1.0, 1.0 + MARGIN], {"launch_seconds": 0.5}),
            ("12 identical", [1.0] * 12, {}),
            ("12 identical, one four times as noisy", [1.0] * 12, noisy_last),
            ("12, the best at the margin", [1.0] + [1.0 + MARGIN] * 11, {}),
            ("12, that one four times as noisy", [1.0] + [1.0 + MARGIN] * 11, noisy_first),
        ):
            field = SimulatedField(costs, model_sd=model, **extra)
            rates = Rates.of(simulate(field, WINNERS, races), np.array(costs))
            upper = upper_bound(round(rates.false_winner * races), races)
            print(
                f"{case:38}{tag:>18}{rates.false_winner:>14.4f}"
                f"{upper:>11.4f}{rates.covered:>10.4f}{rates.spent:>9.0f}"
            )


def report_good(races: int) -> None:
    """Good selections: how often their bound is broken, and what they save beside winners alone."""
    print(f"\nGood selections: at most 5 % dearer than the best, {races} races each (budget 180 s)")
    heads = (
        "case",
        "quantity",
        "good",
        "false",
        "upper 95 %",
        "answered",
        "spent s",
        "winner alone: answered",
        "s",
    )
    print(f"{heads[0]:34}{heads[1]:>18}" + "".join(f"{head:>{max(10, len(head) + 2)}}" for head in heads[2:]))
    beyond = 1.001 * (1 + RULES.max_regret)
    for tag, model in (("counter or CPU s", None), ("estimate", 0.11)):
        for case, costs in (
            ("2, just beyond the regret", [1.0, beyond]),
            ("12, the rest just beyond it", [1.0] + [beyond] * 11),
            ("12, six beyond it, five within", [1.0] + [1.0 + RULES.max_regret / 2] * 5 + [beyond] * 6),
            ("2 identical", [1.0, 1.0]),
            ("2, ratio 1.02", [1.0, 1.02]),
            ("2, ratio 1.10", [1.0, 1.10]),
            ("6: 1, 1, 1.02, 1.03, 1.2, 2", [1.0, 1.0, 1.02, 1.03, 1.2, 2.0]),
        ):
            field = SimulatedField(costs, model_sd=model)
            good, strict = (simulate(field, rules, races) for rules in (RULES, WINNERS))
            false = false_regrets(good, np.array(costs))
            upper = upper_bound(round(false * races), races)
            print(
                f"{case:34}{tag:>18}{good.good.mean():>10.4f}{false:>10.4f}{upper:>12.4f}"
                f"{good.answered.mean():>10.4f}{good.spent.mean():>10.0f}"
                f"{strict.answered.mean():>24.4f}{strict.spent.mean():>10.0f}"
            )


def false_regrets(out: Outcome, costs: Array) -> float:
    """The share of races whose selection costs more than the best by more than was said it could."""
    truth = np.where(out.rests_on_cpu[:, None], np.log(costs), out.truth)
    lost = truth - truth.min(axis=1, keepdims=True)
    worst = np.where(out.selected, lost, -np.inf).max(axis=1)
    return float((out.answered & (worst > out.loss + 1e-12)).mean())


def report_power(races: int) -> None:
    """Right and wrong decisions where there is a difference."""
    print(f"\nTwo candidates, default budget of 180 s, {races} races each")
    print(f"{'true ratio':>10}{'launch s':>10}{'decided right':>15}{'wrong':>9}{'spent s':>9}")
    for launch in (0.5, 2.0, 5.0, 10.0):
        for ratio in (1.03, 1.05, 1.10):
            field = SimulatedField([1.0, ratio], launch_seconds=launch)
            rates = Rates.of(simulate(field, WINNERS, races), np.array([1.0, ratio]))
            print(f"{ratio:>10.2f}{launch:>10.1f}{rates.winner:>15.4f}{rates.wrong:>9.4f}{rates.spent:>9.0f}")


def report_cost(races: int) -> None:
    """The race beside the exhaustive design, uniform early stopping and successive halving."""
    print(f"\nTwelve candidates, {races} races each; seconds, installs, conversions and imports included")
    head = ("model", "exhaustive", "race", "share", "uniform", "halving", "same answer", "its winner")
    print(f"{head[0]:8}" + "".join(f"{name:>13}" for name in head[1:]))
    for name, table in (("bert", BERT), ("yolo", YOLO)):
        costs, imports = (np.array(column, float) for column in zip(*table.values(), strict=True))
        launch, window = imports + WARM_UP_SECONDS, np.maximum(0.5, costs / 1000) + 0.05
        field = SimulatedField(costs, launch_seconds=launch, window_seconds=window)
        out = simulate(field, WINNERS, races)
        patient = replace(WINNERS, budget_seconds=5000)
        uniform = simulate(field, patient, max(races // 20, 50), eliminate=False)
        group = costs <= costs.min() * (1 + MARGIN)
        seconds = [
            exhaustive_seconds(launch, window, RULES.log_margin), float(out.spent.mean()),
            float(uniform.spent.mean()), halving_seconds(launch, window, races),
        ]  # fmt: skip
        exhaustive, race, even, halving = (value + INSTALL_AND_CONVERT_SECONDS for value in seconds)
        print(
            f"{name:8}{exhaustive:>13.0f}{race:>13.0f}{race / exhaustive:>13.3f}{even:>13.0f}{halving:>13.0f}"
            f"{group[out.answer].mean():>13.4f}{(out.winner == costs.argmin()).mean():>13.4f}"
        )


def halving_seconds(launch: Array, window: Array, races: int) -> float:
    """Time of successive halving (Karnin, Koren & Somekh 2013) sized for the errors that the race keeps to.

    It has no stopping rule, so its trials per rung are the fewest with which a candidate better than all
    others by the margin is found in 95 % of the cases: what it takes to promise that without knowing ratios.
    """
    rng = np.random.default_rng(14)
    size, windows = len(launch), windows_per_trial(launch, window, 3.0)
    trial_sd = np.sqrt((0.02**2 + 0.035**2 / windows) / 2)
    for trials in range(1, 400):
        alive = np.tile(np.arange(size), (min(races, 2000), 1))
        while alive.shape[1] > 1:
            noise = (
                rng.standard_normal(alive.shape) * trial_sd[alive] / np.sqrt(trials * size / alive.shape[1])
            )
            order = (noise + np.where(alive == 0, 0, np.log1p(MARGIN))).argsort(axis=1)
            alive = np.take_along_axis(alive, order[:, : (alive.shape[1] + 1) // 2], axis=1)
        if (alive[:, 0] == 0).mean() >= 0.95:  # noqa: PLR2004 - the promise
            break
    rungs = int(np.ceil(np.log2(size)))
    return float(rungs * trials * (launch + windows * window).sum())


def settings_grid(rng: np.random.Generator) -> tuple[list[Entrant], Array, Array]:
    """Six families of 48 points each: threads, spinning, mode and graph options, with interactions of 2 %.

    Returns:
        ``(entrants, costs, launch seconds)``.
    """
    entrants, costs, launches = [], [], []
    axes = {"threads": "1248", "spinning": "10", "mode": "abc", "graph": "xy"}
    for family in range(6):
        level, launch = rng.normal(0, 0.35), rng.choice([1.1, 1.3, 4.0, 8.0])
        effects: dict[str, list[float]] = {
            "threads": [0.0, *np.cumsum(rng.normal(0.05, 0.15, 3))],
            "spinning": [0.0, -abs(rng.normal(0.1, 0.15))],
            "mode": [0.0, *rng.normal(0, 0.12, 2)],
            "graph": [0.0, rng.normal(0, 0.06)],
        }
        for number, combination in enumerate(itertools.product(*axes.values())):
            settings = dict(zip(axes, combination, strict=True))
            moves = (effects[name][axes[name].index(value)] for name, value in settings.items())
            name = f"{family}[{','.join(combination)}]"
            entrants.append(Entrant(name, str(family), settings, equal_budget=number == 0))
            costs.append(np.exp(level + sum(moves) + (rng.normal(0, 0.02) if number else 0)))
            launches.append(launch)
    return entrants, np.array(costs), np.array(launches)


def report_settings(races: int) -> None:
    """The search over settings inside the race, beside measuring the full grid."""
    print(f"\nSettings: 288 points of six families, {races} races each")
    heads = ("points tried", "of full grid", "answered", "false", "mean regret", "90 %", "defaults")
    print(f"{'budget s':>9}" + "".join(f"{name:>14}" for name in heads))
    for budget in (180, 600, 1000):
        rows = []
        for seed in range(races):
            rng = np.random.default_rng([15, seed])
            entrants, costs, launch = settings_grid(rng)
            race = Race(entrants, replace(RULES, seed=seed, budget_seconds=budget))
            rehearse(race, SimulatedField(costs, launch_seconds=launch, window_seconds=0.55), rng)
            standings = race.standings()
            ids = [entrant.id for entrant in entrants]
            answer = costs[ids.index(standings.leader or ids[0])]
            share = standings.spent_seconds / exhaustive_seconds(
                launch, np.full(len(costs), 0.55), RULES.log_margin
            )
            defaults = costs[[entrant.equal_budget for entrant in entrants]].min() / costs.min() - 1
            answered = standings.verdict is not Verdict.UNDECIDED
            false = answered and framework_regret(race, costs) > (standings.regret or 0.0) + 1e-12
            entered = len(race.state.entered)
            rows.append((entered, share, answered, false, answer / costs.min() - 1, defaults))
        tried, share, answered, false, regret, defaults = np.mean(rows, axis=0)
        worst = np.quantile([row[4] for row in rows], 0.9)
        figures = [f"{tried:.1f}", f"{share:.4f}", f"{answered:.3f}", f"{false:.3f}", f"{regret:.4f}"]
        figures += [f"{worst:.3f}", f"{defaults:.3f}"]
        print(f"{budget:>9}" + "".join(f"{figure:>14}" for figure in figures))


def framework_regret(race: Race, costs: Array) -> float:
    """How much dearer the selected truly is than the best raced setting of any other framework."""
    state, standings = race.state, race.standings()
    at = state.ledger.index[standings.selected[0]]
    others = state.has_run & state.frameworks.apart[at]
    return float(costs[at] / costs[others].min() - 1) if others.any() else 0.0


def main() -> None:
    """Print the tables of the parts asked for."""
    options = parse_options()
    races = 500 if options.quick else 10_000
    folder: Path = options.runs_dir
    encoder = options.frameworks, options.budget, options.budget_exhaustive
    parts = {
        "errors": partial(report_errors, races),
        "good": partial(report_good, races),
        "power": partial(report_power, races),
        "cost": partial(report_cost, races),
        "settings": partial(report_settings, 3 if options.quick else 40),
        "twins": partial(report_twins, 20, folder / "twins"),
        "encoder": partial(report_encoder, folder / "encoder", *encoder),
    }
    started, wanted = time.monotonic(), options.parts or SIMULATED
    for name, report in parts.items():
        if name in wanted or "all" in wanted:
            report()
    print(f"\n{time.monotonic() - started:.0f} s")


def parse_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("parts", nargs="*", metavar="PART", help=f"of {', '.join(KNOWN)}")
    add("--quick", action="store_true", help="fewer simulated races, under a minute")
    add("--runs-dir", type=Path, default=Path("framewatt-runs"), help="where real races are kept")
    add("--frameworks", default="all", help="of the encoder's race")
    add("--budget", type=float, default=180.0, help="seconds of the encoder's race")
    slice_help = "seconds for the encoder's exhaustive design in this call; the next call goes on"
    add("--budget-exhaustive", type=float, default=600.0, help=slice_help)
    options = parser.parse_args()
    if unknown := set(options.parts) - set(KNOWN):  # argparse's choices refuse an empty list
        parser.error(f"no part {min(unknown)!r}; choose of {', '.join(KNOWN)}")
    return options


if __name__ == "__main__":
    main()
