"""`framewatt check`: a gate that fails on what is dearer beyond doubt, and refuses unlike runs."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from conftest import hold_to_schema, plain_manifest, refused
from framewatt.carbon.basis import carbon_block
from framewatt.cli import cli
from framewatt.metering.host.inspection import inspect_host
from framewatt.metering.power.build import host_model
from framewatt.records import Measurement, Phase, Scope, Stage, Usage
from framewatt.runs.carbon_basis import basis_of
from framewatt.runs.folder import RunFolder
from framewatt.runs.manifest import CandidateLine, Manifest
from framewatt.runs.request import SelectRequest

if TYPE_CHECKING:
    from pathlib import Path


def _entry(name: str, version: str) -> dict[str, Any]:
    return {
        "id": f"{name}@{version}/cpu/python[]", "framework": name, "title": name, "version": version,
        "family": None, "device": "cpu", "language": "python", "settings": {}, "equal_budget": True,
    }  # fmt: skip


def _run(folder: Path, name: str, costs: dict[str, float], *, seed: int = 1, **changed: Any) -> Path:
    """A run folder with six trials of two windows per candidate, 1.4 % between and 2.5 % within trials."""
    rng = np.random.default_rng(seed)
    version = changed.pop("version", "1.0")
    request = SelectRequest.of(source="m.onnx", **changed.pop("request", {}))
    candidates = tuple(CandidateLine.from_json(_entry(candidate, version)) for candidate in costs)
    manifest = plain_manifest(request=request, candidates=candidates).to_json()
    run = RunFolder.create(folder, name, Manifest.from_json({**manifest, **changed}))
    for trial in range(1, 7):
        for candidate, cost in costs.items():
            launch = rng.normal(0, 0.014)
            for window in range(2):
                joules = cost * float(np.exp(launch + rng.normal(0, 0.025)))
                run.append(
                    Measurement(
                        stage=Stage.INFERENCE,
                        candidate=_entry(candidate, version)["id"],
                        phase=Phase.STEADY,
                        trial=trial,
                        block=2 * trial + window,
                        window=0,
                        started=float(2 * trial + window),
                        units=1.0,
                        usage=Usage(joules, joules, 0.0),
                        joules={"package-0": joules},
                    )
                )  # fmt: skip
    return run.path


def _check(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["check", *map(str, arguments)], catch_exceptions=False)


def _document(*arguments: object) -> tuple[int, dict[str, Any]]:
    result = _check(*arguments, "--format", "json")
    document: dict[str, Any] = json.loads(result.output)
    hold_to_schema(document, "check-1")
    return result.exit_code, document


def test_a_run_passes_against_itself(tmp_path: Path) -> None:
    run = _run(tmp_path, "one", {"a": 1.0, "b": 2.0})
    code, document = _document(run, "--against", run)
    assert code == 0
    assert [row["ratio"]["value"] for row in document["candidates"]] == [1.0, 1.0]


@pytest.mark.parametrize("metric", ["energy", "cpu_seconds"])
def test_a_candidate_that_became_a_fifth_dearer_fails(tmp_path: Path, metric: str) -> None:
    old = _run(tmp_path, "old", {"a": 1.0, "b": 2.0})
    new = _run(tmp_path, "new", {"a": 1.2, "b": 2.0}, seed=2)
    code, document = _document(new, "--against", old, "--metric", metric)
    assert code == 1
    assert document["worse"] == ["a@1.0/cpu/python[]"]
    told = _check(new, "--against", old, "--metric", metric).output
    assert told.splitlines()[0].split()[0] == "a"
    assert told.splitlines()[0].split()[-1] == "failed"


def _with_carbon(intensity: float, hardware: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a manifest needs so that its run has a decision document with SCI scores."""
    request = SelectRequest.of(source="m.onnx", intensity=intensity)
    model = host_model(inspect_host(), Scope.PACKAGE).parameters()
    return {
        "request": {"intensity": intensity}, "carbon": carbon_block(basis_of(request, hardware)),
        "stage": "inference", "command": "framewatt select m.onnx", "created": "2026-11-25T15:00:00+00:00",
        "power_model": model,
    }  # fmt: skip


def test_the_gate_holds_the_sci_score_to_account(tmp_path: Path) -> None:
    old = _run(tmp_path, "old", {"a": 1.0, "b": 2.0}, **_with_carbon(300))
    new = _run(tmp_path, "new", {"a": 1.2, "b": 2.0}, seed=2, **_with_carbon(300))
    assert _document(old, "--against", old, "--metric", "sci")[0] == 0
    code, document = _document(new, "--against", old, "--metric", "sci")
    assert (code, document["metric"], document["worse"]) == (1, "sci", ["a@1.0/cpu/python[]"])
    told = _check(new, "--against", old, "--metric", "sci").output
    assert "a needs more than 5 % more sci than" in told


def test_a_dirtier_grid_makes_the_same_energy_worse_in_sci_alone(tmp_path: Path) -> None:
    old = _run(tmp_path, "old", {"a": 1.0, "b": 2.0}, **_with_carbon(300))
    new = _run(tmp_path, "new", {"a": 1.0, "b": 2.0}, **_with_carbon(450))
    assert _check(new, "--against", old).exit_code == 0
    code, document = _document(new, "--against", old, "--metric", "sci")
    assert code == 1
    assert [row["ratio"]["value"] for row in document["candidates"]] == pytest.approx([1.5, 1.5], rel=0.01)


def test_scores_that_are_not_there_or_not_of_the_same_parts_are_refused(tmp_path: Path) -> None:
    machine = {"embodied": "1000 kg", "lifespan": "4 years", "reserved_share": "1/8"}
    old = _run(tmp_path, "old", {"a": 1.0}, **_with_carbon(300))
    whole = _run(tmp_path, "whole", {"a": 1.0}, **_with_carbon(300, machine))
    clean = _run(tmp_path, "clean", {"a": 1.0}, **_with_carbon(0))
    plain = _run(tmp_path, "plain", {"a": 1.0}, **{**_with_carbon(0), "carbon": None})
    for run, complaint in (
        (whole, "unlike SCI: the whole score"),
        (clean, "is 0, so there is no ratio"),
        (plain, "no SCI in this run"),
    ):
        assert complaint in refused("check", run, "--against", old, "--metric", "sci")


def test_what_runs_minutes_apart_differ_by_does_not_fail(tmp_path: Path) -> None:
    old = _run(tmp_path, "old", {"a": 1.0, "b": 2.0})
    for seed, factor in enumerate((0.95, 1.0, 1.04, 1.08)):
        new = _run(tmp_path, f"new{seed}", {"a": factor, "b": 2 * factor}, seed=seed)
        assert _check(new, "--against", old).exit_code == 0


def test_an_anchor_in_both_runs_narrows_the_interval_and_takes_out_what_is_common(tmp_path: Path) -> None:
    old = _run(tmp_path, "old", {"a": 1.0, "b": 2.0})
    new = _run(tmp_path, "new", {"a": 1.10 * 1.04, "b": 2.0 * 1.04}, seed=3)
    _, plain = _document(new, "--against", old)
    code, anchored = _document(new, "--against", old, "--anchor", "b")
    (row,) = anchored["candidates"]
    first = next(one for one in plain["candidates"] if one["candidate"] == row["candidate"])
    assert row["ratio"]["value"] == pytest.approx(1.10, abs=0.03)
    assert row["ratio"]["high"] - row["ratio"]["low"] < first["ratio"]["high"] - first["ratio"]["low"]
    assert code in {0, 1}


def test_an_upgrade_is_compared_with_the_version_it_replaces(tmp_path: Path) -> None:
    old = _run(tmp_path, "old", {"a": 1.0}, version="1.0")
    new = _run(tmp_path, "new", {"a": 1.3}, version="2.0")
    code, document = _document(new, "--against", old)
    assert code == 1
    assert document["candidates"][0]["against"] == "a@1.0/cpu/python[]"


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"workload": {"name": "m", "kind": "onnx", "format": "onnx", "sha256": "xyz"}}, "unlike model"),
        ({"host": {**asdict(inspect_host()), "cpu_model": "Other CPU"}}, "unlike machine: Other CPU"),
        ({"request": {"threads": 2}}, "unlike threads"),
        ({"request": {"scenario": "offline", "batch_size": 8}}, "unlike scenario"),
    ],
)
def test_unlike_machines_and_work_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], complaint: str
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})  # two threads need two processors
    old, new = _run(tmp_path, "old", {"a": 1.0}), _run(tmp_path, "new", {"a": 1.0}, **changed)
    assert complaint in refused("check", new, "--against", old)


def test_estimates_of_different_power_models_are_compared_in_cpu_seconds_alone(tmp_path: Path) -> None:
    def metered(levels_by: float) -> dict[str, Any]:
        model = host_model(inspect_host(), Scope.WALL)
        model = replace(model, levels=tuple(levels_by * level for level in model.levels))
        parts = {"nvml": {}, "estimate": {"model": model.parameters()}}
        return {"name": "nvml+estimate", "scope": "wall", "domains": ["gpu-0", "host"],
                "provenance": "estimated", "parameters": {"reserved_share": 1.0, "parts": parts}}  # fmt: skip

    old, same, refitted = (
        _run(tmp_path, name, {"a": 1.0}, meter=metered(by))
        for name, by in (("old", 1.0), ("same", 1.0), ("refitted", 1.1))
    )
    assert _check(same, "--against", old).exit_code == 0
    assert "unlike power model" in refused("check", refitted, "--against", old)
    assert _check(refitted, "--against", old, "--metric", "cpu_seconds").exit_code == 0


def test_other_bad_questions_get_one_line(tmp_path: Path) -> None:
    old, other = _run(tmp_path, "old", {"a": 1.0}), _run(tmp_path, "other", {"z": 1.0})
    for arguments, complaint in (
        ((other, "--against", old), "share no measured candidate"),
        ((old, "--against", tmp_path), "no run folder"),
        ((old, "--against", old, "--anchor", "q"), "the anchor 'q'"),
        ((old, "--against", old, "--max-increase", "much"), "write it as a share"),
        ((_run(tmp_path, "empty", {}), "--against", old), "no candidate was measured"),
    ):
        assert complaint in refused("check", *arguments)
