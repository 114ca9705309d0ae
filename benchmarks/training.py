"""Energy to quality per framework and task: `python benchmarks/training.py [--only PARTS] [--budget S]`.

Prints, for reference tasks and for a synthetic table, each candidate's energy and CPU time per trained model,
the ratios of both to the best with intervals, its first-loss gap, what development costs (download, first and
second import); then each part's ranking, least CPU time first. The table is made here by NumPy from a fixed
seed.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt.records.units import format_bytes, format_si
from framewatt.reports.text.live import PlainProgress
from framewatt.runs.folder import RunFolder
from framewatt.runs.records import BuiltEnvironment
from framewatt.runs.request import SelectRequest
from framewatt.studies.select import decide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.decision import Decision

_ROWS = 200_000
_QUICK_ROWS = 5_000
_QUICK_BUDGET = 90.0
_TABLE = "table"
PARTS: dict[str, dict[str, Any]] = {
    "cnn-8": {"source": "task:cnn", "size": 8},
    "cnn-32": {"source": "task:cnn", "size": 32},
    "transformer": {"source": "task:transformer"},
    "mlp": {"source": "task:mlp"},
    "recommender": {"source": "task:recommender"},
    _TABLE: {"target": "y"},
}
_QUICK = ("cnn-8", _TABLE)


def write_table(path: Path, rows: int) -> Path:
    """A binary target over 30 features: products and a threshold, so that boosting has something to find."""
    rng = np.random.default_rng(0)
    features = rng.standard_normal((rows, 30))
    signal = features[:, 0] * features[:, 1] + features[:, 2] - np.abs(features[:, 3]) + 0.5 * features[:, 4]
    label = signal + 0.5 * rng.standard_normal(rows) > np.median(signal)
    names = ",".join([*(f"x{index}" for index in range(30)), "y"])
    table = np.column_stack([features, label])
    np.savetxt(path, table, delimiter=",", header=names, comments="", fmt=["%.4f"] * 30 + ["%d"])
    return path


def show(title: str, decision: Decision, environments: Mapping[str, BuiltEnvironment]) -> None:
    """One table: raced candidates, then the others with their reasons."""
    print(f"\n{title}: verdict {decision.verdict}, decided on {decision.document['decided_on']}")
    print(
        f"{'candidate':44} {'energy':>9} {'x best (energy)':>17} {'CPU':>9} {'x best (CPU)':>17} "
        f"{'gap':>8} {'download':>9} imports"
    )
    for row in decision.candidates:
        if row["energy_per_unit"]["value"] is None:
            print(f"{row['name'][:44]:44} {row['status']}: {row['reason']}")
            continue
        gap, built = row["parity"]["error"]["value"], environments[row["id"]]
        imports = [usage.seconds for usage in (built.first_import, built.second_import) if usage]
        cells = [
            f"{row['name'][:44]:44}",
            f"{format_si(row['energy_per_unit']['value'], 'J'):>9}",
            _ratio(row["ratio_to_best"]),
            f"{format_si(row['cpu_seconds_per_unit']['value'], 's'):>9}",
            _ratio(row["cpu_ratio_to_best"]),
            f"{gap:8.1e}" if gap is not None else f"{'-':>8}",
            f"{format_bytes(built.download_bytes) if built.download_bytes is not None else '-':>9}",
            " ".join(f"{seconds:.1f} s" for seconds in imports),
        ]
        print(" ".join(cells))


def _ratio(ratio: Mapping[str, Any]) -> str:
    """Value and interval; a question mark for what is not known."""
    ends = [f"{ratio[end]:.2f}" if ratio[end] is not None else "?" for end in ("value", "low", "high")]
    return f"{ends[0]:>5} {ends[1]:>5}-{ends[2]:<5}"


def ranking(decision: Decision) -> str:
    """Those that were raced, least CPU time per unit first."""
    raced = [row for row in decision.candidates if row["cpu_seconds_per_unit"]["value"] is not None]
    raced.sort(key=lambda row: row["cpu_seconds_per_unit"]["value"])
    return " < ".join(row["name"] for row in raced) or "nobody was raced"


def race(title: str, request: SelectRequest) -> list[str]:
    """Run a study, print all of its decisions, and return their rankings."""
    with PlainProgress() as progress:
        decisions = decide(request, progress)
    rankings = []
    for decision in decisions:
        run = RunFolder.open_run(Path(str(decision.document["run"])))
        environments = {built.candidate: built for built in run.records(BuiltEnvironment)}
        named = f"{title}, {decision.document['stage']}"
        show(named, decision, environments)
        rankings.append(f"{named}: {ranking(decision)}")
    return rankings


def _parts(text: str) -> list[str]:
    found = [part.strip() for part in text.split(",")]
    if unknown := [part for part in found if part not in PARTS]:
        raise argparse.ArgumentTypeError(f"no part {unknown[0]!r}; there is {', '.join(PARTS)}")
    return found


def main() -> None:
    """Race what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small table, small images, two frameworks")
    parser.add_argument("--only", type=_parts, metavar="PARTS", help=f"of {','.join(PARTS)} (default: all)")
    parser.add_argument("--budget", type=float, default=600.0, help="seconds of measuring per study")
    arguments = parser.parse_args()
    budget = min(arguments.budget, _QUICK_BUDGET) if arguments.quick else arguments.budget
    rankings = []
    with tempfile.TemporaryDirectory() as folder:
        for part in arguments.only or (_QUICK if arguments.quick else PARTS):
            options: dict[str, Any] = {**PARTS[part], "budget": budget, "runs_dir": folder}
            if part == _TABLE:
                rows = _QUICK_ROWS if arguments.quick else _ROWS
                options["source"] = str(write_table(Path(folder) / "synthetic.csv", rows))
            elif arguments.quick:
                options["frameworks"] = "pytorch,jax"
            rankings += race(part, SelectRequest.of(**options))
    print("\nLeast CPU time first:", *rankings, sep="\n")


if __name__ == "__main__":
    main()
