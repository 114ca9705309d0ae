"""Race frameworks for your own model and say which needs the least energy."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from framewatt.cli._options import GroupedCommand, keep_stronger, refused_devices, request_options
from framewatt.cli._output import output_options
from framewatt.cli._reference import reference_to, resumable
from framewatt.errors import BadInput
from framewatt.reports.text.live import watch

if TYPE_CHECKING:
    from framewatt.cli._output import Output

_NO_SELECTION = 1


@click.command(
    name="select",
    cls=GroupedCommand,
    epilog="Examples: `framewatt select example:digits`, "
    "`framewatt select model.onnx --samples inputs.npz --region FR`, "
    "`framewatt select model.py --frameworks all --incumbent pytorch`, "
    "`framewatt select data.csv --target churn --quality 0.93`.",
)
@click.argument("model", required=False)
@click.option("--resume", metavar="RUN", help="Go on with an interrupted run: a folder, its name, or latest.")
@request_options
@refused_devices
@output_options(hint="; `framewatt report` knows more")
def command(model: str | None, resume: str | None, output: Output, **options: Any) -> None:
    """Race frameworks for MODEL and say which one needs the least energy, how much less, and how sure.

    MODEL is an ONNX file, a model.py whose build() returns a torch.nn.Module (its code is run), a .pt2,
    TorchScript, .tflite, .keras or .h5 file, a SavedModel or Hugging Face folder, or example:digits. A
    model.py whose build() returns a compiled Keras model is trained on --data by every back end to one
    quality. A task (a folder with task.toml, or task:cnn, task:transformer, task:mlp, task:recommender) is
    trained by every script to one quality. A table (.csv, .tsv, .parquet) with --target is learnt to the same
    quality by every library; that makes two studies, training and inference.
    """
    if (model is None) == (resume is None):
        raise BadInput("give either a MODEL or --resume RUN; `framewatt select --help` shows examples")
    keep_stronger(options, "region", "intensity")
    from framewatt.decision import studies_document
    from framewatt.runs.listing import find_run
    from framewatt.runs.request import SelectRequest
    from framewatt.studies.select import decide, finish

    runs_dir = options["runs_dir"]
    with resumable("select", runs_dir), watch() as progress:
        if resume:
            decisions = finish(find_run(resume, runs_dir), progress)
        else:
            decisions = decide(SelectRequest.of(str(model), **options), progress)
    document = studies_document(decisions)
    output.write(document, reference_to(decisions[0].document["run"], "latest", runs_dir))
    if decisions[0].verdict == "none":
        sys.exit(_NO_SELECTION)
