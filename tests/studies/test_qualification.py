"""Who is admitted to a race when the oracle itself is in doubt."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from conftest import STAND_INS
from framewatt import select

if TYPE_CHECKING:
    from pathlib import Path

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


def bf16_that_errs_by(error: float, model: Path, patch: pytest.MonkeyPatch, **options: Any) -> dict[str, Any]:
    """How a framework's bfloat16 fares in a study whose single precision is right."""
    plugins = model.parent / "plugins" / "frameworks"
    plugins.mkdir(parents=True)
    code = (STAND_INS / "frameworks" / "wrong.py").read_text()
    code = code.replace('("fp32",)', '("fp32", "bf16")').replace("1.05", "self.factor")
    load = f"""    session = Session(ReferenceEvaluator(str(model)))
    session.factor = {1 + error} if settings["precision"] == "bf16" else 1.0
    return session"""
    (plugins / "rough.py").write_text(
        code.replace("    return Session(ReferenceEvaluator(str(model)))", load)
    )
    patch.setenv("FRAMEWATT_PLUGINS", str(plugins.parent))
    options |= {"environment": "current", "budget": 2, "tune": False, "runs_dir": str(model.parent / "runs")}
    decision = select(model, frameworks="rough", allow_precision=("bf16",), **options)
    rows = {row["settings"]["precision"]: dict(row) for row in decision.candidates}
    assert rows["fp32"]["status"] in {"measured", "eliminated"}
    return rows["bf16"]


def test_a_lower_precision_may_differ_by_its_own_rounding_and_the_decision_says_by_how_much(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower = bf16_that_errs_by(0.03, tiny_model, monkeypatch)
    assert lower["status"] in {"measured", "eliminated"}
    assert lower["parity"]["oracle"] == "ONNX reference evaluator (bf16: 0.05 of its scale allowed)"


def test_a_lower_precision_that_differs_by_more_is_refused_with_the_remedy(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower = bf16_that_errs_by(0.065, tiny_model, monkeypatch)
    assert lower["status"] == "infeasible"
    assert "(allowed 0.05) in bf16; --tolerance 0.07 admits it, or --labels" in lower["reason"]


@pytest.mark.parametrize(("tolerance", "status"), [(0.1, "measured"), (0.001, "infeasible")])
def test_a_tolerance_that_is_given_counts_for_every_precision(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, tolerance: float, status: str
) -> None:
    lower = bf16_that_errs_by(0.07, tiny_model, monkeypatch, tolerance=tolerance)
    assert (lower["status"] == "infeasible") is (status == "infeasible")


def test_two_that_disagree_where_nobody_can_tell_race_with_a_warning(
    stand_ins: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stand_ins
    monkeypatch.setattr("framewatt.workload.oracle.consult", lambda *_: None)
    decision = select(
        tiny_model,
        frameworks="faithful,wrong",
        environment="current",
        budget=2,
        tune=False,
        runs_dir=str(tmp_path / "runs"),
    )
    told = {warning["code"]: warning["message"] for warning in decision.document["warnings"]}
    assert "those differ by 0.048" in told["outputs-unchecked"]
