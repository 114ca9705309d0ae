"""What a task folder says: its data, the quality to reach, the seeds, the scripts."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt.discovery import Plugin, load_file, nearest
from framewatt.errors import BadInput
from framewatt.metering.host.inspection import available_memory_bytes
from framewatt.studies.training.data.array_file import check_parts, load_arrays, require_room
from framewatt.workload import metrics as quality

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from framewatt.runs.request import SelectRequest

    Arrays = Mapping[str, NDArray[Any]]

LEAST_SEEDS = 5
_PER_DATASET = {"quality", "epochs", "batch"}
TERMS = {"metric", "seeds", "optimisation", "reference"} | _PER_DATASET
"""How a task is trained and judged."""
_KEYS = TERMS | {"options", "datasets"}
_NOT_SCRIPTS = {"task"}


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it was declared. `optimisation` is ``same`` (first losses must agree) or ``free``; without a
    `quality` the candidates set it.

    `arrays` holds ``x_`` and ``y_`` of each part, and ``weights-N/NAME`` of the N-th seed where the task
    gives initial weights. `networks` is, by script, the file of the network that it is to train, where that
    is kept apart.
    """

    name: str
    metric: str
    quality: float | None
    epochs: int
    batch: int
    seeds: tuple[int, ...]
    optimisation: str
    reference: str | None
    options: Mapping[str, Any]
    arrays: Arrays
    scripts: tuple[Plugin, ...]
    networks: Mapping[str, Path]

    def about(self) -> dict[str, Any]:
        """What a worker must know beside the arrays."""
        networks = {name: str(path) for name, path in self.networks.items()}
        options = dict(self.options)
        return {"seeds": list(self.seeds), "batch": self.batch, "options": options, "networks": networks}


def read_task(folder: Path, request: SelectRequest) -> Task:
    """Read a task folder; ``task.py``, the task's own code, is run for its data and weights.

    Raises:
        BadInput: an entry that is missing or impossible, data that do not fit, no script, or an option of the
            request that the task does not have.
    """
    terms = _declaration(folder / "task.toml")
    options = _options(folder.name, terms.get("options", {}), request)
    terms |= _of_dataset(folder / "task.toml", terms, options)
    check_terms(folder / "task.toml", terms, known=_KEYS, needed=())
    seeds = tuple(range(1, int(terms.get("seeds", LEAST_SEEDS)) + 1))
    arrays = _arrays(folder, options, seeds)
    require_batch(folder / "task.toml", terms["batch"], arrays)
    scripts, networks = _scripts(folder)
    require_reference(folder / "task.toml", terms, [script.name for script in scripts])
    return Task(
        name=folder.name,
        metric=terms["metric"],
        quality=wanted_quality(folder / "task.toml", terms, terms["metric"], request.work.quality),
        epochs=int(terms["epochs"]),
        batch=int(terms["batch"]),
        seeds=seeds,
        optimisation=terms.get("optimisation", "same"),
        reference=terms.get("reference"),
        options=options,
        arrays=arrays,
        scripts=scripts,
        networks=networks,
    )


def _options(name: str, own: Mapping[str, Any], request: SelectRequest) -> dict[str, Any]:
    """The task's options, with what the user asks for in their place."""
    asked = {"size": request.training.size, "dataset": request.training.dataset}
    asked = {option: value for option, value in asked.items() if value is not None}
    for option in asked:
        if option not in own:
            there = f"its options are {', '.join(own)}" if own else "it has no options"
            raise BadInput(f"--{option}: task {name} does not know it; {there}")
    return {**own, **asked}


def _of_dataset(path: Path, terms: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """What is told otherwise for the chosen data set, where the task lists those it can take."""
    known, chosen = terms.get("datasets"), options.get("dataset")
    if known is None:
        return {}
    if chosen not in known:
        raise BadInput(f"--dataset {chosen}: {path.parent.name} can learn from {', '.join(known)}")
    if unknown := sorted(set(known[chosen]) - _PER_DATASET):
        raise BadInput(f"{path}: [datasets.{chosen}]: {unknown[0]!r}{nearest(unknown[0], _PER_DATASET)}")
    return dict(known[chosen])


def _scripts(folder: Path) -> tuple[tuple[Plugin, ...], dict[str, Path]]:
    """Every script, and the network that it is to train where a file names the scripts that do."""
    scripts: list[Plugin] = []
    networks: dict[str, Path] = {}
    for path in sorted(folder.glob("*.py")):
        if path.stem in _NOT_SCRIPTS or path.stem.startswith("_"):
            continue
        file = load_file("scripts", path)
        shared = [(folder / name).resolve() for name in getattr(file.module, "SCRIPTS", ())]
        networks |= {script.stem: path.resolve() for script in shared}
        scripts += [load_file("scripts", script) for script in shared] or [file]
    if not scripts:
        raise BadInput(f"{folder}: no script; each framework's file offers build(task)")
    return tuple(scripts), networks


def _declaration(path: Path) -> dict[str, Any]:
    try:
        terms = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path}: not a readable TOML file ({error})") from None
    check_terms(path, terms, known=_KEYS, needed=("metric", "quality", "epochs", "batch"))
    return terms


def check_terms(path: Path, terms: Mapping[str, Any], known: Collection[str], needed: Sequence[str]) -> None:
    """Check the entries of a task's declaration, wherever it stands.

    Raises:
        BadInput: one of `needed` is missing, or an entry is not `known` or impossible.
    """
    unknown = sorted(set(terms) - set(known))
    if unknown:
        raise BadInput(f"{path}: unknown entry {unknown[0]!r}{nearest(unknown[0], known)}")
    for name in needed:
        if name not in terms:
            raise BadInput(f"{path}: the entry {name!r} is missing")
    _check_types(path, terms)
    metric = terms.get("metric")
    if metric is not None and metric not in quality.METRICS:
        raise BadInput(f"{path}: metric {metric!r} is unknown{nearest(metric, quality.METRICS)}")
    if terms.get("seeds", LEAST_SEEDS) < LEAST_SEEDS:
        raise BadInput(f"{path}: seeds = {terms['seeds']}: at least {LEAST_SEEDS} tell luck from merit")
    if terms.get("optimisation", "same") not in {"same", "free"}:
        raise BadInput(f"{path}: optimisation is 'same' (first losses must agree) or 'free'")


def _check_types(path: Path, terms: Mapping[str, Any]) -> None:
    texts, tables = ("metric", "reference", "optimisation"), ("options", "datasets")
    for name, kind in [*((name, str) for name in texts), *((name, dict) for name in tables)]:
        if not isinstance(terms.get(name, kind()), kind):
            raise BadInput(f"{path}: {name} must be {'a text' if kind is str else 'a table of entries'}")
    for name in ("epochs", "batch", "seeds"):
        if not (isinstance(terms.get(name, 1), int) and terms.get(name, 1) > 0):
            raise BadInput(f"{path}: {name} must be a whole number above 0")
    if not isinstance(terms.get("quality", 0.0), int | float):
        raise BadInput(f"{path}: quality must be a number")


def require_batch(path: Path, batch: int, arrays: Arrays) -> None:
    """Check that the training rows fill a batch.

    Raises:
        BadInput: there would be no step.
    """
    rows = len(arrays["x_train"])
    if batch > rows:
        raise BadInput(f"{path}: batch {batch} exceeds the {rows} training rows")


def require_reference(path: Path, terms: Mapping[str, Any], names: Collection[str]) -> None:
    """Check that the reference is one of those that can be asked to train.

    Raises:
        BadInput: nobody of that name.
    """
    named = terms.get("reference")
    if named is not None and named not in names:
        raise BadInput(f"{path}: reference {named!r} is none of {', '.join(names)}{nearest(named, names)}")


def wanted_quality(path: Path, terms: Mapping[str, Any], metric: str, asked: float | None) -> float | None:
    """The quality that was asked for, else the declared one, if there is one.

    Raises:
        BadInput: one that no model can have.
    """
    if asked is not None:
        quality.require_possible(metric, asked)
        return asked
    if "quality" not in terms:
        return None
    quality.require_possible(metric, terms["quality"], f"{path}: quality")
    return float(terms["quality"])


def _made(path: Path, options: Mapping[str, Any], seeds: tuple[int, ...]) -> dict[str, NDArray[Any]]:
    """What the task's own code makes: the parts, and initial weights where it defines them."""
    code = load_file("tasks", path).module
    try:
        arrays = {name: np.asarray(array) for name, array in code.data(options).items()}
        for position, seed in enumerate(seeds if hasattr(code, "weights") else ()):
            named = code.weights(seed, options)
            arrays |= {f"weights-{position}/{name}": array for name, array in named.items()}
    except Exception as error:  # noqa: BLE001 - the task's own code may raise anything
        raise BadInput(f"{path}: {error}") from None
    return arrays


def _arrays(folder: Path, options: Mapping[str, Any], seeds: tuple[int, ...]) -> dict[str, NDArray[Any]]:
    memory_bytes = available_memory_bytes()
    if (folder / "task.py").is_file():
        arrays = _made(folder / "task.py", options, seeds)
        where = f"{folder / 'task.py'}: data(options)"
        require_room(sum(array.nbytes for array in arrays.values()), memory_bytes, where)
    elif (folder / "data.npz").is_file():
        where = str(folder / "data.npz")
        arrays = load_arrays(folder / "data.npz", memory_bytes, where)
    else:
        raise BadInput(f"{folder}: neither data.npz nor task.py with data(options)")
    check_parts(arrays, where)
    return arrays
