"""What a worker can be asked about training: read a table, train on folds, score, save."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .tensors import read_tensors, write_tensors

if TYPE_CHECKING:
    from types import ModuleType

    import numpy as np


class TrainingOperations:
    """Mixed into the worker's operations. The framework file offers ``train`` and ``scores``."""

    _framework: ModuleType

    def op_table(self, request: dict[str, Any]) -> dict[str, Any]:
        """Read the table (``rows``, ``target``, ``test``, ``validation-N``) and what is known about it."""
        self._table = read_tensors(Path(request["table"]))
        self._about = request["about"]
        self._parts: dict[int, dict[str, np.ndarray]] = {}
        return {"rows": len(self._table["rows"])}

    def op_folds(self, request: dict[str, Any]) -> dict[str, Any]:
        """Lay the training rows of these folds side by side in memory, and forget the others."""
        wanted = request["folds"]
        self._parts = {n: self._parts[n] if n in self._parts else self._training_part(n) for n in wanted}
        return {"rows": [len(part["target"]) for part in self._parts.values()]}

    def op_train(self, request: dict[str, Any]) -> dict[str, Any]:
        """Train once for each of ``runs`` (fold, rounds); the last model is kept."""
        for run in request["runs"]:
            data = {**self._about, **self._parts[run["fold"]], "seed": self._about["seed"] + run["fold"]}
            self._model = self._framework.train(data, request["settings"], run["rounds"])
        return {"runs": len(request["runs"])}

    def op_scores(self, request: dict[str, Any]) -> dict[str, Any]:
        """Scores of a part of the table by the kept model, after each number of rounds, into one file."""
        rows = self._table["rows"][self._table[request["part"]]]
        found = self._framework.scores(self._model, rows, request["rounds"])
        write_tensors(Path(request["path"]), dict(zip(map(str, range(len(found))), found, strict=True)))
        return {"scored": len(rows)}

    def op_save(self, request: dict[str, Any]) -> dict[str, Any]:
        """Write the kept model; answers with its size in bytes."""
        path = Path(request["path"])
        with path.open("wb") as file:
            pickle.dump(self._model, file)
        return {"bytes": path.stat().st_size}

    def _training_part(self, fold: int) -> dict[str, np.ndarray]:
        kept = self._table[f"training-{fold}"]
        return {"rows": self._table["rows"][kept], "target": self._table["target"][kept]}
