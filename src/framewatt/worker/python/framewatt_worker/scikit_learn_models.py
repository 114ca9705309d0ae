"""What the scikit-learn framework files share: features prepared as documented, scores by stage.

What trains takes the module that the estimators are in, so that scikit-learn and its Intel extension run the
same lines.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def prepared(estimator: Any, data: Mapping[str, Any], *, scaled: bool) -> Any:
    """A pipeline for estimators that know neither categories nor gaps: one-hot, medians with a flag."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    categorical = list(data["categorical"])
    numeric = [index for index in range(data["rows"].shape[1]) if index not in categorical]
    # A gap that lies outside of the rows to fit must be filled in too, when it is scored.
    steps = [SimpleImputer(strategy="median", add_indicator=True)] if data["gaps"] else []
    steps += [StandardScaler()] if scaled else []
    parts = [("numeric", make_pipeline(*steps) if steps else "passthrough", numeric)]
    parts += [("categorical", OneHotEncoder(handle_unknown="ignore"), categorical)] if categorical else []
    if not categorical and not steps:
        return estimator
    return make_pipeline(ColumnTransformer(parts), estimator)


def train_linear(linear_model: Any, data: Mapping[str, Any], settings: Mapping[str, str]) -> Any:
    """A fitted ridge or logistic regression of `linear_model`, on standardised features."""
    penalty = float(settings["penalty"])
    if data["task"] == "regression":
        linear = linear_model.Ridge(alpha=penalty)
    else:
        linear = linear_model.LogisticRegression(C=1 / penalty, max_iter=1000)
    return prepared(linear, data, scaled=True).fit(data["rows"], data["target"])


def train_forest(ensemble: Any, data: Mapping[str, Any], settings: Mapping[str, str], trees: int) -> Any:
    """A fitted random forest of `ensemble`, with as many `trees`."""
    regression = data["task"] == "regression"
    estimator = ensemble.RandomForestRegressor if regression else ensemble.RandomForestClassifier
    forest = estimator(
        n_estimators=trees,
        min_samples_leaf=int(settings["leaf_rows"]),
        max_features=1 / 3 if regression else "sqrt",
        n_jobs=int(settings["threads"]),
        random_state=data["seed"],
    )
    return prepared(forest, data, scaled=False).fit(data["rows"], data["target"])


def boosting_scores(model: Any, rows: np.ndarray, rounds: Sequence[int]) -> list[np.ndarray]:
    """Scores after each of `rounds` iterations of a HistGradientBoosting model."""
    staged = model.staged_predict_proba if hasattr(model, "predict_proba") else model.staged_predict
    wanted = set(rounds)
    found = enumerate(islice(staged(rows), max(rounds)), start=1)
    kept = {number: np.array(scores) for number, scores in found if number in wanted}
    return [kept[number] for number in rounds]


def forest_scores(model: Any, rows: np.ndarray, rounds: Sequence[int]) -> list[np.ndarray]:
    """Scores of the first n trees for each n in `rounds`: the mean of what the trees say."""
    forest, ready = model, rows
    if hasattr(model, "steps"):
        forest, ready = model[-1], model[:-1].transform(rows)
    ready = np.asarray(ready.todense() if hasattr(ready, "todense") else ready, np.float32)
    total, kept = 0.0, {}
    for number, tree in enumerate(islice(forest.estimators_, max(rounds)), start=1):
        total = total + (tree.predict_proba(ready) if hasattr(tree, "predict_proba") else tree.predict(ready))
        if number in set(rounds):
            kept[number] = total / number
    return [kept[number] for number in rounds]


def final_scores(model: Any, rows: np.ndarray) -> np.ndarray:
    """Class probabilities ``(n, classes)``, or predicted values ``(n,)``."""
    scores = model.predict_proba(rows) if hasattr(model, "predict_proba") else model.predict(rows)
    return np.asarray(scores)


class Session:
    """A trained model that scores rows."""

    def __init__(self, path: Path) -> None:
        """`path` holds a pickle that this study wrote."""
        import pickle  # noqa: PLC0415 - only here

        with path.open("rb") as file:
            self._model = pickle.load(file)  # noqa: S301 - our own file, in our own run folder

    def run(self, feed: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Scores of ``rows``."""
        return [final_scores(self._model, feed["rows"])]
