"""The figures of docs/meters.md: how far the power model can be trusted beside what people use today.

``python benchmarks/meters.py --data FOLDER`` fits on half of the machines and judges on the other half; all
machines with one CPU model are on the same side. ``--quick`` uses fewer splits, ``--first-seed`` others.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from framewatt.discovery import find
from framewatt.metering.power import calibration, fitting, program_fit
from framewatt.metering.power.build import build
from framewatt.metering.power.parameters import fitted
from framewatt.records import Scope, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from framewatt.metering.power.calibration import Program, Sample
    from framewatt.metering.power.model import PowerModel

    Matrix = NDArray[np.float64]

MODERN = 2017
RAM_WATTS_PER_GB = 0.375  # what CodeCarbon assumes of server memory: 3 W per 8 GB


@dataclass
class Score:
    """Relative errors of power, and which points lay inside the intervals; one entry per machine."""

    errors: list[Matrix]
    inside: list[Matrix]

    @property
    def mape(self) -> float:
        """Mean absolute percentage error over all points."""
        return 100 * float(np.concatenate(self.errors).mean())

    @property
    def coverage(self) -> float:
        """Mean share of a machine's points inside the 95 % interval, in %."""
        return 100 * float(np.mean([points.mean() for points in self.inside]))

    @property
    def covered_machines(self) -> float:
        """Share of machines with at least 80 % of their points inside, in %."""
        return 100 * float(np.mean([points.mean() >= 0.8 for points in self.inside]))  # noqa: PLR2004


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).parent / "data")
    parser.add_argument("--quick", action="store_true", help="fewer splits")
    parser.add_argument("--first-seed", type=int, default=0, help="of the random splits in halves")
    parser.add_argument("--only", choices=("wall", "rapl", "programs", "clock", "cost"))
    arguments = parser.parse_args()
    parts: dict[str, Callable[[Path, range], None]] = {
        "wall": wall,
        "rapl": rapl,
        "programs": programs,
        "clock": clock,
        "cost": cost,
    }
    if not (arguments.data / "specpower_levels.csv").is_file():
        print(f"no SPECpower tables in {arguments.data} (see data/SOURCES.md): wall and rapl are left out")
        del parts["wall"], parts["rapl"]
    for name, part in parts.items():
        if arguments.only in (None, name):
            first = arguments.first_seed
            part(arguments.data, range(first, first + (1 if arguments.quick else 10)))


def wall(folder: Path, seeds: range) -> None:
    """Wall power of unseen CPUs available since 2017, fitted on half of the CPUs."""
    samples = calibration.specpower(folder)
    scores: dict[str, Score] = defaultdict(lambda: Score([], []))
    for seed in seeds:
        for training, held_out in fitting.by_cpu(samples, 2, seed):
            judged = [sample for sample in held_out if sample.complete and sample.year >= MODERN]
            parameters = fitting.fit(training)
            boosted = gradient_boosting(training)
            for sample in judged:
                model = build(sample.machine, Scope.WALL, parameters)
                _judge(scores["framewatt"], sample, model)
                predictions = {
                    "gradient boosting": boosted(sample),
                    "TDP x load": _tdp(sample) * sample.loads,
                    "TDP x load + memory": _tdp(sample) * sample.loads + _memory(sample),
                    "CodeCarbon load model + memory": _codecarbon(sample) + _memory(sample),
                }
                for name, watts in predictions.items():
                    scores[name].errors.append(np.abs(watts / sample.watts - 1))
    print(f"\nWall power, unseen CPUs since {MODERN}, {len(seeds)} splits in halves by CPU")
    _print(scores)


def rapl(folder: Path, seeds: range) -> None:  # noqa: ARG001 - leave one out has no random splits
    """RAPL package power, leave one machine out; wall machines with the same CPU are left out too."""
    wall_samples, samples = calibration.specpower(folder), calibration.rapl(folder)
    scores: dict[str, Score] = defaultdict(lambda: Score([], []))
    print("\nRAPL package power, leave one machine out: MAPE in % of framewatt, TDP x load, CodeCarbon")
    for sample in samples:
        name = sample.machine.cpu.name
        parameters = fitting.fit(
            [other for other in wall_samples if other.machine.cpu.name != name],
            [other for other in samples if other is not sample],
        )
        _judge(scores["framewatt"], sample, build(sample.machine, Scope.PACKAGE, parameters))
        for rival, watts in (
            ("TDP x load", _tdp(sample) * sample.loads),
            ("CodeCarbon load model", _codecarbon(sample)),
        ):
            scores[rival].errors.append(np.abs(watts / sample.watts - 1))
        row = "  ".join(f"{100 * score.errors[-1].mean():5.1f}" for score in scores.values())
        print(f"  {sample.name[:60]:60}  {row}  inside {100 * scores['framewatt'].inside[-1].mean():.0f} %")
    _print(scores)


def programs(folder: Path, seeds: range) -> None:  # noqa: ARG001 - one machine, all pairs
    """Order of pairs of programs that do the same work and differ by more than 5 %."""
    runs, few_threads = calibration.programs(folder), calibration.few_busy_threads(folder)
    models = _without_own_work(runs, few_threads)
    alone, all_votes = (
        program_fit.fit_work(fitted(), few_threads, seen).bend["share"] for seen in ((), runs)
    )
    print("\nOrder of program pairs that differ by more than 5 % (language benchmarks, package + DRAM)")
    print(
        "each work judged by a program term fitted on the other works; share of the exponent that bends power"
    )
    print(f"with few busy threads: {alone:.3f} from the other machines alone, {all_votes:.3f} with this one")
    for scope in Scope:
        for config in sorted({run.config for run in runs}):
            pairs = program_fit.same_work([run for run in runs if run.config == config])
            _order(f"{config}, {scope} model", pairs, {work: found[scope] for work, found in models.items()})


def clock(folder: Path, seeds: range) -> None:  # noqa: ARG001 - one machine, all programs
    """Power of programs without turbo, told from their power with it: as it was, and lowered by the clock."""
    runs = calibration.programs(folder)
    both = program_fit.turbo_pairs(runs)
    share = program_fit.clock_without_turbo(both)
    if share is None:
        raise SystemExit("no program of one thread ran with turbo and without")
    errors: dict[str, list[float]] = defaultdict(list)
    for work in sorted({off.benchmark for _, off in both}):
        parameters = program_fit.fit_work(fitted(), (), [run for run in runs if run.benchmark != work])
        model = build(program_fit.PROGRAM_MACHINE, Scope.PACKAGE, parameters)
        slow = model.at_clock(share, **parameters.clock)
        for on, off in (pair for pair in both if pair[0].benchmark == work):
            fell = off.joules / off.seconds / (on.joules / on.seconds)
            times = off.seconds, off.cpu_seconds
            lowered = slow.energy(*times).value / model.energy(*times).value
            errors["as with turbo"].append(abs(1 / fell - 1))
            errors["lowered by the clock"].append(abs(lowered / fell - 1))
    print(f"\nPower without turbo, told from power with it ({len(both)} programs, clock x {share:.2f})")
    for name, found in errors.items():
        print(f"  {name:32} MAPE {100 * np.mean(found):5.2f} %")


def _without_own_work(
    runs: Sequence[Program], few_threads: Sequence[Sample]
) -> dict[str, dict[Scope, PowerModel]]:
    """By work and scope, the model whose bend and program term were fitted on all other works."""
    models = {}
    for work in sorted({run.benchmark for run in runs}):
        others = [run for run in runs if run.benchmark != work]
        parameters = program_fit.fit_work(fitted(), few_threads, others)
        models[work] = {scope: build(program_fit.PROGRAM_MACHINE, scope, parameters) for scope in Scope}
    return models


def _order(title: str, pairs: Sequence[tuple[Program, Program]], models: Mapping[str, PowerModel]) -> None:
    right: dict[str, list[bool]] = defaultdict(list)
    decided: list[bool] = []
    covered: list[bool] = []
    for a, b in pairs:
        truth = a.joules / b.joules
        ratio = models[a.benchmark].ratio((a.seconds, a.cpu_seconds), (b.seconds, b.cpu_seconds))
        covered.append(ratio.low <= truth <= ratio.high)
        if abs(truth - 1) <= 0.05:  # noqa: PLR2004
            continue
        right["time only"].append((a.seconds > b.seconds) == (truth > 1))
        right["CPU time only"].append((a.cpu_seconds > b.cpu_seconds) == (truth > 1))
        right["framewatt, value"].append((ratio.value > 1) == (truth > 1))
        decided.append(ratio.low > 1 or ratio.high < 1)
        if decided[-1]:
            right["framewatt, decided"].append((ratio.value > 1) == (truth > 1))
    print(f"  {title}: {len(decided)} pairs; decides {_percent(decided)} %, covers {_percent(covered)} %")
    for name, answers in right.items():
        print(f"    {name:20} {100 * np.mean(answers):6.2f} % right")


def _percent(answers: Sequence[bool]) -> str:
    return f"{100 * np.mean(answers):.1f}"


def _judge(score: Score, sample: Sample, model: PowerModel) -> None:
    powers = [model.power(float(load)) for load in sample.loads]
    values = np.array([power.value for power in powers])
    score.errors.append(np.abs(values / sample.watts - 1))
    score.inside.append(
        np.array([p.low <= watts <= p.high for p, watts in zip(powers, sample.watts, strict=True)])
    )


def _print(scores: dict[str, Score]) -> None:
    for name, score in sorted(scores.items(), key=lambda item: item[1].mape):
        interval = ""
        if score.inside:
            interval = f"  inside: {score.coverage:.1f} % of points, {score.covered_machines:.1f} % machines"
        worst = 100 * max(float(errors.mean()) for errors in score.errors)
        print(f"  {name:32} MAPE {score.mape:5.1f} %  worst machine {worst:5.1f} %{interval}")


def _tdp(sample: Sample) -> float:
    return sample.machine.sockets * (
        sample.machine.tdp_watts or 4.0 * sample.machine.cores / sample.machine.sockets
    )


def _memory(sample: Sample) -> float:
    return RAM_WATTS_PER_GB * (sample.machine.memory_gb or 0.0)


def _codecarbon(sample: Sample) -> Matrix:
    return np.asarray(_tdp(sample) * (0.1 + 0.9 * sample.loads**3))


def gradient_boosting(training: Sequence[Sample]) -> Callable[[Sample], Matrix]:
    """Boosted trees on what green-coding's model sees: the machine's data sheet and the load."""
    from sklearn.ensemble import GradientBoostingRegressor

    model = GradientBoostingRegressor(
        n_estimators=300, max_depth=4, learning_rate=0.05, subsample=0.7, random_state=0
    )
    model.fit(np.vstack([_row(s) for s in training]), np.log(np.concatenate([s.watts for s in training])))
    return lambda sample: np.exp(model.predict(_row(sample)))


def _row(sample: Sample) -> Matrix:
    machine = sample.machine
    generation = machine.cpu.generation
    return np.array(
        [
            [
                machine.sockets,
                machine.cores,
                machine.threads,
                machine.memory_gb or -1,
                machine.tdp_watts or -1,
                sample.mhz or -1,
                machine.year,
                float(bool(generation and generation.vendor == "amd")),
                load,
            ]
            for load in sample.loads
        ]
    )


def cost(folder: Path, seeds: range) -> None:  # noqa: ARG001 - it reads no table
    """CPU time of an open window in % of one core: our RAPL meter on files, CodeCarbon's tracker."""
    seconds = 5.0 * len(seeds)
    print(f"\nCPU time of an open window of {seconds:.0f} s, % of one core")
    print(f"  framewatt rapl meter         {_open_window_cost(seconds):6.3f} %")
    try:
        from codecarbon import OfflineEmissionsTracker
    except ImportError:
        print("  CodeCarbon is not installed: not compared")
        return
    tracker = OfflineEmissionsTracker(
        country_iso_code="FRA", save_to_file=False, measure_power_secs=1, log_level="critical"
    )
    tracker.start()
    before = time.process_time()
    time.sleep(seconds)
    print(f"  CodeCarbon tracker, every 1 s {100 * (time.process_time() - before) / seconds:5.3f} %")
    tracker.stop()


def _open_window_cost(seconds: float) -> float:
    with tempfile.TemporaryDirectory() as root:
        for number, (name, range_joules) in enumerate((("package-0", 262_143), ("package-1", 262_143))):
            zone = Path(root) / f"intel-rapl:{number}"
            zone.mkdir()
            (zone / "name").write_text(name)
            (zone / "energy_uj").write_text("1000000")
            (zone / "max_energy_range_uj").write_text(str(range_joules * 1_000_000))
        meter = find("meters", "rapl").module.RaplMeter(find("meters", "rapl").module.find_zones(Path(root)))
        before = time.process_time()
        meter.start()
        time.sleep(seconds)
        meter.stop(Usage(seconds, 0.0, 0.0))
        return 100 * (time.process_time() - before) / seconds


if __name__ == "__main__":
    main()
