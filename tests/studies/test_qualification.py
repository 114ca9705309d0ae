"""Who is admitted to a race when the oracle itself is in doubt."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from conftest import STAND_INS
from framewatt import select

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from framewatt.decision import Decision


def race_copies_of(
    stand_in: str, count: int, model: Path, folder: Path, patch: pytest.MonkeyPatch
) -> Decision:
    """A study of `count` frameworks that all answer as the stand-in does."""
    plugins = folder / "plugins" / "frameworks"
    plugins.mkdir(parents=True)
    names = [f"{stand_in}_{index}" for index in range(count)]
    for name in names:
        shutil.copy(STAND_INS / "frameworks" / f"{stand_in}.py", plugins / f"{name}.py")
    patch.setenv("FRAMEWATT_PLUGINS", str(plugins.parent))
    return select(
        model,
        frameworks=",".join(names),
        environment="current",
        budget=2,
        tune=False,
        runs_dir=str(folder / "runs"),
    )


def test_three_frameworks_that_agree_overrule_an_evaluator_that_contradicts_them_all(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = race_copies_of("wrong", 3, tiny_model, tmp_path, monkeypatch)
    assert {row["parity"]["oracle"] for row in decision.candidates} == {"median of the candidates"}
    assert not {row["status"] for row in decision.candidates} & {"infeasible", "failed"}
    assert "oracle-overruled" in {warning["code"] for warning in decision.document["warnings"]}


def test_two_frameworks_are_too_few_to_overrule_the_evaluator(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = race_copies_of("wrong", 2, tiny_model, tmp_path, monkeypatch)
    assert {row["status"] for row in decision.candidates} == {"infeasible"}
    assert decision.verdict == "none"
