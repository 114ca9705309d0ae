"""Race any commands, in any language: which one does the work with the least energy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from framewatt.cli._options import declared, share_option
from framewatt.cli._output import output_options
from framewatt.cli._reference import reference_to, resumable
from framewatt.errors import BadInput

if TYPE_CHECKING:
    from framewatt.cli._output import Output
    from framewatt.runs.question import Question


@click.command("compare")
@click.argument("commands", nargs=-1, metavar="'CMD A' 'CMD B' ...")
@click.option("--resume", metavar="RUN", help="Go on with an interrupted run: a folder, its name, or latest.")
@click.option("--null", help="A command that does nothing but start; its cost is subtracted.")
@click.option("--prepare", help="Run before each timed run, unmeasured.")
@click.option("--warmup", type=click.IntRange(1), default=1, show_default=True, help="Unmeasured runs first.")
@declared("budget", default="60s", help="Measuring time, e.g. 90s or 3min.")
@click.option(
    "--units", type=click.FloatRange(0, min_open=True), default=1.0, help="Units of work in one run."
)
@share_option("--margin", "2%", "Differences up to this count as equal.")
@share_option("--max-regret", "5%", "The most that a selection may cost more than the best.")
@share_option("--precision", "5%", "Half-width of a ratio at which to stop.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the random order.")
@declared("meter")
@declared("runs_dir")
@output_options()
def command(commands: tuple[str, ...], resume: str | None, output: Output, **options: Any) -> None:
    """Race commands against each other in randomised rounds of fresh runs.

    \b
    Example:
      framewatt compare 'python a.py' 'python b.py' --null 'python -c pass'
    """  # noqa: D301 - click reads the escape
    from framewatt.reports.text.live import LiveProgress
    from framewatt.runs.listing import find_run
    from framewatt.studies import compare as study

    if (resume is None) == (not commands):
        raise BadInput("give either commands or --resume RUN; `framewatt compare --help` shows an example")
    meter, runs_dir = options.pop("meter"), options.pop("runs_dir")
    with resumable("compare", runs_dir), LiveProgress() as progress:
        if resume:
            document = study.resume(find_run(resume, runs_dir), progress)
        else:
            question = _question(commands, **options)
            document = study.compare(question, meter=meter, runs_dir=runs_dir, progress=progress)
    output.write(document, reference_to(document["run"], "latest", runs_dir))


def _question(commands: tuple[str, ...], budget: float, **options: Any) -> Question:
    from framewatt.runs.question import Question

    if len(commands) < 2:  # noqa: PLR2004 - a comparison
        raise BadInput("one command alone is not a comparison; give at least two, each in quotes")
    if not math.isfinite(options["units"]):
        raise BadInput(f"--units {options['units']}: a number above 0, such as 100")
    return Question(commands, budget_seconds=budget, **options)
