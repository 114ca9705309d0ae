"""Race any commands, in any language: which one does the work with the least energy."""

from __future__ import annotations

from typing import Any

import click

from framewatt.cli._options import declared, format_option, share_option


@click.command("compare")
@click.argument("commands", nargs=-1, required=True, metavar="'CMD A' 'CMD B' ...")
@click.option("--null", help="A command that does nothing but start; its cost is subtracted.")
@click.option("--prepare", help="Run before each timed run, unmeasured.")
@click.option("--warmup", type=click.IntRange(1), default=1, show_default=True, help="Unmeasured runs first.")
@declared("budget", default="60s", help="Measuring time, e.g. 90s or 3min.")
@click.option(
    "--units", type=click.FloatRange(0, min_open=True), default=1.0, help="Units of work in one run."
)
@share_option("--margin", "2%", "Differences up to this count as equal.")
@share_option("--precision", "5%", "Half-width of a ratio at which to stop.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the random order.")
@declared("meter")
@format_option("text", "json")
def command(commands: tuple[str, ...], budget: float, meter: str | None, output: str, **options: Any) -> None:
    """Race commands against each other in randomised rounds of fresh runs.

    \b
    Example:
      framewatt compare 'python a.py' 'python b.py' --null 'python -c pass'
    """  # noqa: D301 - click reads the escape
    import json

    from rich.console import Console

    from framewatt.errors import BadInput
    from framewatt.metering.choice import choose_meter
    from framewatt.metering.host.inspection import inspect_host, reservable_cpus
    from framewatt.reports.text.comparison import show_comparison
    from framewatt.studies.compare import Contest, Question, build_document

    if len(commands) < 2:  # noqa: PLR2004 - a comparison
        raise BadInput("one command alone is not a comparison; give at least two, each in quotes")
    question = Question(commands, budget_seconds=budget, **options)
    host = inspect_host()
    instrument = choose_meter(meter, host, reserved_cpus=reservable_cpus())
    contest = Contest(question, instrument)
    try:
        with Console(stderr=True).status("warming up") as status:
            race = contest.run(status.update)
    finally:
        instrument.close()
    document = build_document(contest, race, host)
    if output == "json":
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        show_comparison(document, Console(highlight=False))
