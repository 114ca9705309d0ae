"""`framewatt.select`: the command's question from Python, with its options written out.

Annotations are evaluated here, so that a notebook shows types and no texts.
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from framewatt.api.explaining import explained
from framewatt.api.given.arrays import Array
from framewatt.api.given.models import model_path
from framewatt.api.given.options import saved, without_objects
from framewatt.api.given.shelf import Shelf
from framewatt.api.selection import Selection
from framewatt.api.watching import Watching, watched
from framewatt.runs.request import SelectRequest
from framewatt.studies.select import decide


@explained
def select(  # noqa: PLR0913 - the command's options, for whoever completes them
    model: Any,
    *,
    inputs: Array | tuple[Array, ...] | Mapping[str, Array] | None = None,
    frameworks: str | Sequence[str] = "default",
    environment: Literal["isolated", "current"] = "isolated",
    packages: str | Sequence[str] = (),
    threads: str | int = 1,
    precision: str | None = None,
    allow_precision: str | Sequence[str] = (),
    settings: str | Sequence[str] = (),
    as_shipped: str | bool = False,
    tune: str | bool = True,
    retry: str | bool = False,
    samples: str
    | PathLike[str]
    | Array
    | Mapping[str, Array]
    | Sequence[Array | Mapping[str, Array]]
    | None = None,
    dims: str | Sequence[str] | Mapping[str, int] = (),
    labels: str | PathLike[str] | Array | Sequence[float] | None = None,
    metric: str | None = None,
    quality: str | float | None = None,
    tolerance: str | float | None = None,
    scenario: Literal["single_stream", "offline"] = "single_stream",
    batch_size: str | int = 1,
    functional_unit: str | None = None,
    volume: str | None = None,
    max_latency: str | None = None,
    max_memory: str | float | None = None,
    target: str | None = None,
    drop: str | Sequence[str] = (),
    encoding: str = "utf-8",
    data: str | PathLike[str] | Mapping[str, Array] | None = None,
    size: str | int | None = None,
    dataset: str | None = None,
    objective: Literal["energy", "carbon"] = "energy",
    margin: str | float = "2%",
    max_regret: str | float = "5%",
    budget: str | float = "3min",
    prepare_budget: str | float = "15min",
    timeout: str | float = "5min",
    seed: str | int = 1,
    incumbent: str | None = None,
    meter: str | None = None,
    runs_dir: str | PathLike[str] = "framewatt-runs",
    region: str | None = None,
    intensity: str | float | None = None,
    pue: str | float | None = None,
    network_energy: str | float | None = None,
    view: Literal["attributional", "consequential"] = "attributional",
    progress: Watching = None,
) -> Selection:
    """Race frameworks for `model` and say which needs the least energy, how much less, and how sure.

    `model` is what the command takes (the path of an ONNX file, a model.py, a .pt2, TorchScript, .tflite,
    .keras or .h5 file, a SavedModel or Hugging Face folder, a table, a task's folder; ``example:digits``) or
    an object: a ``torch.nn.Module`` with its example `inputs` (a tensor, a tuple, or a dict by the names of
    forward's parameters), an exported program, an ``onnx.ModelProto``, a pandas or polars data frame with
    `target`. `samples` may be an array, a dict of arrays by the names of the model's inputs, or a list of
    them, one a query; `labels` an array; `data` a dict of arrays. Objects are kept in files below `runs_dir`,
    so that `resume` finds them.

    Every option has the command's name, default and spellings: ``budget="90s"`` or ``budget=90``,
    ``margin="2%"`` or ``margin=0.02``. `progress` is shown in terminals and notebooks; False shows none.

    Raises:
        BadInput: the question cannot be asked this way.
        StoreError: the run folder cannot be written.
    """
    return _selected(**locals())  # every parameter by its name, which is the option's


def _selected(model: Any, inputs: Any, progress: Watching, **options: Any) -> Selection:
    """The same, of options that nobody has looked at: what can be refused is, before a file is written."""
    SelectRequest.of("model", **without_objects(options))
    shelf = Shelf(Path(options["runs_dir"]))
    request = SelectRequest.of(model_path(model, inputs, shelf), **saved(options, shelf))
    with watched(progress) as watcher:
        return Selection.of(decide(request, watcher))
