"""Does framewatt run what runs by hand, and does its answer help? The figures over real models.

    python benchmarks/yield.py [--models NAME,...] [--part framework|answer|cost|saving|all] [--quick]

`framework`: who runs by hand (a plain loop in the framework's own environment that agrees with ONNX Runtime)
and also in ``framewatt select``. `answer`: what a user gets at the default budget, with fresh conversions.
`cost`: CPU time per inference through framewatt over the plain loop's, in turns. `saving`: what PyTorch (its
module, or the converted graph) and ONNX Runtime need as shipped, over the selected. Results are kept in a
folder, one file a model and part, so that a killed run goes on; `--again` measures anew. Ends with 1 where a
goal is missed. Times mean little on a machine that does other work.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt_runs import select
from models import Module, chosen
from plain_loops import REFERENCE, PlainLoops
from through_framewatt import ThroughFramewatt
from yield_figures import (
    Answer,
    Cost,
    Goal,
    Pair,
    Saving,
    answer_goals,
    cost_goals,
    framework_goal,
    saving_goals,
    savings_in,
    status_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from models import Model

LOOP_SECONDS = 2.0
SHORT_LOOP_SECONDS = 0.5

Rows = list[dict[str, Any]]


def main() -> None:
    """Measure what is missing, print all of it, and end with 1 where a goal is missed."""
    options = _options()
    wanted = list(PARTS) if options.part == "all" else [options.part]
    models = chosen(options.models, quick=options.quick)
    if options.again:
        for part, model in product(wanted, models):
            _kept(options, part, model).unlink(missing_ok=True)
    results = {part: [row for model in models for row in _rows(part, model, options)] for part in wanted}
    goals = [goal for part in wanted for goal in SHOWN[part](results[part])]
    print("\nGoals")
    for goal in goals:
        print(f"  {_MARKS[goal.holds]:8}{goal.name:68}{goal.told}")
    summary = {"goals": [asdict(goal) for goal in goals], "results": results}
    (options.folder / "yield.json").write_text(json.dumps(summary, indent=1), encoding="utf-8")
    sys.exit(any(goal.holds is False for goal in goals))


def measure_frameworks(model: Model, options: argparse.Namespace) -> Rows:
    """Every framework that takes the model, by hand and in a short race."""
    loops = PlainLoops(model, SHORT_LOOP_SECONDS)
    document = _short_race(model, options)
    rows = []
    for framework in sorted(loops.frameworks(), key=lambda name: name != REFERENCE):
        loop = loops.measure(framework)
        status, reason = status_of(framework, document["candidates"])
        told = document["reason"] if status == "absent" else reason
        pair = Pair(model.name, framework, loop.runs, status, told, loop.reason)
        rows.append({**asdict(pair), "run": document["run"], "loop": asdict(loop)})
    return rows


def measure_answer(model: Model, options: argparse.Namespace) -> Rows:
    """The default command."""
    budget = ("--budget", options.budget) if options.budget else ()
    selection = select(model, options.folder / "answers", *budget, fresh=True)
    document = selection.document
    regret = (document.get("regret") or {}).get("value")
    times = (selection.seconds_to_standings, selection.seconds)
    answer = Answer(model.name, document["verdict"], bool(document["selected"]), regret, *times)
    return [{**asdict(answer), "run": document["run"]}]


def measure_cost(model: Model, options: argparse.Namespace) -> Rows:
    """In turns, each in a fresh process: the plain loop and a trial of the run that part `framework` made."""
    known = _rows("framework", model, options)
    both = [row for row in known if row["by_hand"] and row["status"] in {"measured", "eliminated"}]
    if not both:
        return []
    loops, rows = PlainLoops(model, LOOP_SECONDS), []
    with ThroughFramewatt(Path(both[0]["run"]), {row["framework"] for row in both}) as through:
        for row in both:
            framework, job = row["framework"], row["loop"]["job"]
            print(f"  {framework}", file=sys.stderr, flush=True)
            turns = range(options.alternations)
            pairs = [(loops.again(framework, job), through.per_inference(framework, turn)) for turn in turns]
            ratio = statistics.median(ours / plain for plain, ours in pairs)
            by_hand = statistics.median(plain for plain, _ in pairs)
            rows.append({**asdict(Cost(model.name, framework, by_hand, ratio)), "pairs": pairs})
    return rows


def measure_saving(model: Model, options: argparse.Namespace) -> Rows:
    """The best of a race in which everyone is there as shipped, too."""
    asked = ("--as-shipped", "--incumbent", REFERENCE, "--budget", options.budget or "90s")
    document = select(model, options.folder / "savings", *asked).document
    eager = "pytorch" if isinstance(model, Module) else "pytorch_onnx"
    factors = savings_in(document, (REFERENCE, eager))
    told = {"ONNX Runtime": factors[REFERENCE], "PyTorch eager": factors[eager]}
    saving = Saving(model.name, next(iter(document["selected"]), "none"), told)
    return [{**asdict(saving), "run": document["run"]}]


def _short_race(model: Model, options: argparse.Namespace) -> dict[str, Any]:
    """The decision over all frameworks; one without candidates where the model itself is refused."""
    asked = ("--frameworks", "all", "--no-tune", "--retry", "--budget", options.budget or "5s")
    try:
        return select(model, options.folder / "runs", *asked).document
    except RuntimeError as refusal:
        return {"candidates": [], "run": None, "reason": str(refusal)}


def show_frameworks(rows: Rows) -> list[Goal]:
    """Who runs where, and why not."""
    pairs = [Pair(**{name: row[name] for name in Pair.__slots__}) for row in rows]
    print(f"\n{'model':20}{'framework':14}{'by hand':9}{'framewatt':14}reason")
    for pair in pairs:
        told = pair.reason if pair.lost else pair.by_hand_reason
        hand = "runs" if pair.by_hand else "no"
        print(f"{pair.model:20}{pair.framework:14}{hand:9}{pair.status:14}{(told or '')[:120]}")
    return [framework_goal(pairs)]


def show_answers(rows: Rows) -> list[Goal]:
    """Verdicts, regrets and waits."""
    answers = [Answer(**{name: row[name] for name in Answer.__slots__}) for row in rows]
    print(f"\n{'model':20}{'verdict':14}{'regret':>8}{'first standings':>17}{'end':>8}")
    for answer in answers:
        regret = "unknown" if answer.regret is None else f"{answer.regret:.1%}"
        first = "never" if answer.seconds_to_standings is None else f"{answer.seconds_to_standings:.0f} s"
        print(f"{answer.model:20}{answer.verdict:14}{regret:>8}{first:>17}{answer.seconds:>6.0f} s")
    return answer_goals(answers)


def show_costs(rows: Rows) -> list[Goal]:
    """Plain loops beside framewatt."""
    costs = [Cost(**{name: row[name] for name in Cost.__slots__}) for row in rows]
    print(f"\n{'model':20}{'framework':14}{'by hand':>12}{'framewatt over it':>19}")
    for cost in costs:
        print(f"{cost.model:20}{cost.framework:14}{cost.by_hand * 1e6:>9.1f} us{cost.ratio:>19.3f}")
    return cost_goals(costs)


def show_savings(rows: Rows) -> list[Goal]:
    """How many times the best's CPU time people spend today."""
    savings = [Saving(**{name: row[name] for name in Saving.__slots__}) for row in rows]
    print(f"\n{'model':20}{'as shipped, over the selected: ':40}selected")
    for saving in savings:
        told = ", ".join(f"{n} {'unknown' if v is None else f'{v:.2f}'}" for n, v in saving.factors.items())
        print(f"{saving.model:20}{told:40}{saving.best}")
    return saving_goals(savings)


PARTS: dict[str, Callable[[Model, argparse.Namespace], Rows]] = {
    "framework": measure_frameworks,
    "answer": measure_answer,
    "cost": measure_cost,
    "saving": measure_saving,
}
SHOWN: dict[str, Callable[[Rows], Sequence[Goal]]] = {
    "framework": show_frameworks,
    "answer": show_answers,
    "cost": show_costs,
    "saving": show_savings,
}
_MARKS = {True: "holds", False: "MISSED", None: ""}


def _rows(part: str, model: Model, options: argparse.Namespace) -> Rows:
    """A part's results for a model: those that are kept, else measured now and kept."""
    path = _kept(options, part, model)
    if path.is_file():
        kept: Rows = json.loads(path.read_text(encoding="utf-8"))
        return kept
    print(f"{part}: {model.name}", file=sys.stderr, flush=True)
    try:
        rows = PARTS[part](model, options)
    except RuntimeError as error:
        raise SystemExit(f"{part}, {model.name}: {error}") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return rows


def _kept(options: argparse.Namespace, part: str, model: Model) -> Path:
    folder: Path = options.folder
    return folder / part / f"{model.name}.json"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--models", metavar="NAME,...", help="of benchmarks/models.py (default: all)")
    add("--part", choices=[*PARTS, "all"], default="all")
    add("--budget", help="of every race (default: framewatt's own for answers, 90s for savings, else 5s)")
    add("--alternations", type=int, default=5, help="fresh processes a side, for the cost")
    add("--quick", action="store_true", help="two small models")
    add("--again", action="store_true", help="measure what is kept, too")
    add("--folder", type=Path, default=Path("framewatt-runs") / "yield", help="where results are kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
