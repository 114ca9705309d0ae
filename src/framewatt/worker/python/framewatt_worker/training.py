"""What a worker can be asked about training: read a table, train on folds, score, save."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .scripted import ScriptedTraining
from .tensors import read_tensors, write_tensors

if TYPE_CHECKING:
    from types import ModuleType

    import numpy as np


class TrainingOperations:
    """Mixed into the worker's operations. The framework file offers ``train`` and ``scores``."""

    _framework: ModuleType
    _scripted: Any = None

    def op_table(self, request: dict[str, Any]) -> dict[str, Any]:
        """Read the table (``rows``, ``target``, ``test``, ``validation-N``) and what is known about it."""
        self._table = read_tensors(Path(request["table"]))
        self._about = request["about"]
        self._parts: dict[int, dict[str, np.ndarray]] = {}
        self._scripted = None
        if hasattr(self._framework, "build"):
            self._scripted = ScriptedTraining(self._framework, self._table, self._about)
        return {}

    def op_folds(self, request: dict[str, Any]) -> dict[str, Any]:
        """Lay the training rows of these folds side by side in memory, and forget the others."""
        if self._scripted:
            return {}
        wanted = request["folds"]
        self._parts = {n: self._parts[n] if n in self._parts else self._training_part(n) for n in wanted}
        return {"rows": [len(part["target"]) for part in self._parts.values()]}

    def op_train(self, request: dict[str, Any]) -> dict[str, Any]:
        """Train once for each of ``runs`` (fold, rounds); the last model is kept.

        A script trains by the first ``steps`` batches of each round alone, where that is given.
        """
        for run in request["runs"]:
            if self._scripted:
                self._scripted.begin(run["fold"], request["settings"])
                self._scripted.advance(run["rounds"], request.get("steps"))
                continue
            data = {**self._about, **self._parts[run["fold"]], "seed": self._about["seed"] + run["fold"]}
            self._model = self._framework.train(data, request["settings"], run["rounds"])
        return {"runs": len(request["runs"])}

    def op_begin(self, request: dict[str, Any]) -> dict[str, Any]:
        """Build a script's learner from the seed at position ``fold``."""
        self._scripted.begin(request["fold"], request["settings"])
        return {}

    def op_advance(self, request: dict[str, Any]) -> dict[str, Any]:
        """Train it for ``epochs`` more; answers with the loss of every step."""
        return {"losses": self._scripted.advance(request["epochs"])}

    def op_scores(self, request: dict[str, Any]) -> dict[str, Any]:
        """Scores of a part of the table by the kept model, after each number of rounds, into one file."""
        if self._scripted:
            scores = self._scripted.scores(request["part"])
            write_tensors(Path(request["path"]), {"0": scores})
            return {"scored": len(scores)}
        rows = self._table["rows"][self._table[request["part"]]]
        found = self._framework.scores(self._model, rows, request["rounds"])
        write_tensors(Path(request["path"]), dict(zip(map(str, range(len(found))), found, strict=True)))
        return {"scored": len(rows)}

    def op_save(self, request: dict[str, Any]) -> dict[str, Any]:
        """Write the kept model; answers with its file and bytes, None for a script that does not save."""
        path = Path(request["path"])
        if self._scripted:
            path = self._scripted.save(path)
            if path is None:
                return {"path": None, "bytes": None}
        else:
            with path.open("wb") as file:
                pickle.dump(self._model, file)
        return {"path": str(path), "bytes": path.stat().st_size}

    def _training_part(self, fold: int) -> dict[str, np.ndarray]:
        kept = self._table[f"training-{fold}"]
        return {"rows": self._table["rows"][kept], "target": self._table["target"][kept]}
