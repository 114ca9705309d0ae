"""Race frameworks for your own model and say which needs the least energy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framewatt.cli._console import LiveProgress, PlainProgress, print_decisions
from framewatt.cli._options import keep_stronger, network_energy
from framewatt.errors import BadInput
from framewatt.records.units import parse_duration, parse_share

if TYPE_CHECKING:
    from framewatt.decision import Decision
    from framewatt.studies.progress import Progress

_NO_SELECTION = 1


@click.command(
    name="select",
    epilog="Examples: `framewatt select example:digits`, "
    "`framewatt select model.onnx --samples inputs.npz --region FR`, "
    "`framewatt select model.py --frameworks all --incumbent pytorch`, "
    "`framewatt select data.csv --target churn --quality 0.93`.",
)
@click.argument("model", required=False)
@click.option("--resume", metavar="RUN", help="Go on with an interrupted run instead of starting one.")
@click.option("--frameworks", default="default", help="Names (a,b==1.2,a#2), 'default' (light) or 'all'.")
@click.option(
    "--env",
    "environment",
    default="isolated",
    help="'isolated' builds environments, 'current' uses this interpreter.",
)
@click.option(
    "--with",
    "packages",
    multiple=True,
    metavar="PACKAGE",
    help="What your model.py imports, such as transformers==4.57.6.",
)
@click.option(
    "--threads", type=int, default=1, help="Thread budget of every candidate, enforced by affinity."
)
@click.option("--precision", help="The precision everyone computes in (default fp32).")
@click.option("--allow-precision", multiple=True, help="Let candidates of this lower precision enter too.")
@click.option("--set", "settings", multiple=True, metavar="FW.KEY=VALUE", help="A framework's own setting.")
@click.option(
    "--tune/--no-tune",
    default=True,
    help="Search each framework's own settings too (on by default), or race the equal budget alone.",
)
@click.option("--samples", type=click.Path(), help="Real inputs: an .npz file, or a folder of them.")
@click.option(
    "--dim", "dims", multiple=True, metavar="NAME=N", help="Size of a dynamic dimension for generated inputs."
)
@click.option("--labels", type=click.Path(), help="Right answers (.npy), to judge quality with --metric.")
@click.option("--target", metavar="COLUMN", help="What to learn from a table.")
@click.option("--data", type=click.Path(), help="Arrays (.npz) that a Keras model.py is trained on.")
@click.option("--size", type=int, help="Edge of the images of a reference task (task:cnn), in pixels.")
@click.option("--dataset", help="What a reference task learns from, such as breast_cancer for task:mlp.")
@click.option("--metric", help="accuracy, top5, auc, log_loss, rmse, mae or r2.")
@click.option("--quality", type=float, help="The least quality a candidate must reach.")
@click.option(
    "--tolerance",
    type=float,
    default=1e-3,
    help="Largest disagreement with the oracle, of the output's scale.",
)
@click.option("--scenario", default="single_stream", help="single_stream or offline.")
@click.option("--batch-size", type=int, default=1, help="Samples per query, in the offline scenario.")
@click.option("--functional-unit", help="What R counts, such as 'image' or '1000 images' (default: sample).")
@click.option("--max-latency", metavar="pNN=TIME", help="A bound such as p99=20ms.")
@click.option("--max-memory", metavar="SIZE", help="A bound such as 1GB.")
@click.option("--objective", default="energy", help="energy or carbon.")
@click.option("--margin", default="2%", help="Differences up to this count as equal.")
@click.option("--budget", default="3min", help="Measuring time; building environments does not count.")
@click.option(
    "--timeout", default="5min", help="How long one step of a candidate may take before it counts as hung."
)
@click.option("--seed", type=int, default=1, help="Seed of every random order and generated input.")
@click.option("--incumbent", metavar="FRAMEWORK", help="What runs today: savings and payback are against it.")
@click.option("--region", help="Where the electricity comes from: FR, aws:eu-west-3, us:CAMX.")
@click.option("--intensity", type=float, help="Carbon intensity in gCO2eq/kWh, instead of --region.")
@click.option("--pue", type=float, help="Power usage effectiveness of the data centre, at least 1.")
@network_energy
@click.option("--view", default="attributional", help="attributional (SCI) or consequential.")
@click.option("--meter", help="An instrument by name (default: the best available).")
@click.option("--runs-dir", default="framewatt-runs", help="Where run folders are kept.")
@click.option("--format", "output", default="text", help="text or json.")
def command(model: str | None, resume: str | None, output: str, **options: Any) -> None:
    """Race frameworks for MODEL and say which one needs the least energy, how much less, and how sure.

    MODEL is an ONNX file, a model.py whose build() returns a torch.nn.Module (its code is run), a .pt2 or a
    .keras file, or example:digits. A model.py whose build() returns a compiled Keras model is trained on
    --data by every back end to one quality. A task (a folder with task.toml, or task:cnn, task:transformer,
    task:mlp, task:recommender) is trained by every script to one quality. A table (.csv, .parquet) with
    --target is learnt to the same quality by every library; that makes two studies, training and inference.
    """
    keep_stronger(options, "region", "intensity")
    if output not in {"text", "json"}:
        raise BadInput(f"--format {output!r}: select prints text or json; `framewatt report` knows more")
    if (model is None) == (resume is None):
        raise BadInput("give either a MODEL or --resume RUN; `framewatt select --help` shows examples")
    progress = LiveProgress() if sys.stderr.isatty() else PlainProgress()
    with progress:
        decisions = _resume(Path(resume), progress) if resume else _select(str(model), options, progress)
    print_decisions(decisions, output)
    if decisions[0].verdict == "none":
        sys.exit(_NO_SELECTION)


def _select(model: str, options: dict[str, Any], progress: Progress) -> list[Decision]:
    """One decision for a model, two (training, inference) for what has to be trained first."""
    from framewatt.records import Stage
    from framewatt.runs.request import SelectRequest
    from framewatt.studies.inference import study
    from framewatt.studies.training import study as training
    from framewatt.workload.source import open_source

    options["dims"] = dict(map(_dimension, options.pop("dims")))
    options["budget"] = parse_duration(options.pop("budget"))
    options["timeout"] = parse_duration(options.pop("timeout"))
    options["margin"] = parse_share(options.pop("margin"), "--margin")
    request = SelectRequest(source=model, **options)
    workload = open_source(model, request.data)
    for option in ("size", "dataset"):
        if options[option] is not None and workload.format != "task":
            raise BadInput(
                f"--{option} is for tasks (task:cnn, or a folder with task.toml); {model} is not one"
            )
    if workload.stage is Stage.TRAINING:
        return training.select(request, progress)
    if request.target:
        raise BadInput(f"--target is for tables (.csv, .parquet); {model} is not one")
    return [study.select(request, progress)]


def _resume(run: Path, progress: Progress) -> list[Decision]:
    from framewatt.records import Stage
    from framewatt.runs.folder import RunFolder
    from framewatt.studies.inference import study
    from framewatt.studies.training import study as training

    if RunFolder.open_run(run).manifest.stage is Stage.TRAINING:
        return training.resume(run, progress)
    return [study.resume(run, progress)]


def _dimension(text: str) -> tuple[str, int]:
    name, _, size = text.partition("=")
    if not name or not size.isdigit() or int(size) < 1:
        raise BadInput(f"--dim {text!r}: write it as NAME=N with a whole number above 0")
    return name, int(size)
