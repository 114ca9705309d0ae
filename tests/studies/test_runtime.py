"""How a candidate is started: with the CPUs and variables of its threads, or with none of ours as shipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import plain_manifest
from framewatt.candidates.enumeration import CandidateSpec, candidate_line
from framewatt.candidates.environments import Environment
from framewatt.discovery import find
from framewatt.metering.host.inspection import reservable_cpus, usable_cpus
from framewatt.records import Candidate
from framewatt.runs.folder import RunFolder
from framewatt.runs.replay import reserved_share
from framewatt.runs.request import SelectRequest
from framewatt.studies.context import StudyContext
from framewatt.studies.progress import Silent
from framewatt.studies.runtime import launch_spec
from framewatt.trials.inference import Inference
from framewatt.trials.process import WorkerProcess, python_environment

if TYPE_CHECKING:
    from framewatt.trials.inference import InferenceSpec

SHIPPED = {"as": "shipped"}
ONE_THREAD = {"threads": "1", "precision": "fp32"}


def started(settings: dict[str, str], folder: Path) -> tuple[InferenceSpec, float]:
    """How a candidate of these settings is started, and the share of the machine that a report gives it."""
    plugin = find("frameworks", "onnxruntime")
    candidate = Candidate("onnxruntime", "1", settings=tuple(settings.items()))
    spec = CandidateSpec(candidate, plugin, settings, as_shipped=candidate.as_shipped)
    manifest = plain_manifest(candidates=(candidate_line(spec),))
    manifest = replace(manifest, host=replace(manifest.host, logical_cpus=64))
    context = StudyContext(SelectRequest.of("m.onnx"), RunFolder.create(folder, "run", manifest), Silent())
    runtime = Environment(Path("python"), ())
    work = Inference(Path("m.onnx"), {}, ())
    return launch_spec(spec, runtime, work, context), reserved_share(manifest, spec.candidate.id)


def test_as_shipped_a_candidate_holds_the_whole_machine(tmp_path: Path) -> None:
    launched, reported = started(SHIPPED, tmp_path)
    assert launched.cpus == usable_cpus()[-reservable_cpus() :]
    assert launched.reserved_share == reported == 1.0


def test_a_thread_budget_is_its_share_of_the_machine(tmp_path: Path) -> None:
    launched, reported = started(ONE_THREAD, tmp_path)
    assert launched.cpus == usable_cpus()[-1:]
    assert launched.reserved_share == reported == 1 / 64


@pytest.mark.parametrize("variable", ["OMP_NUM_THREADS", "OMP_WAIT_POLICY"])
def test_no_variable_tells_a_worker_as_shipped_about_threads(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "1")

    def told(settings: dict[str, str]) -> bool:
        launched, _ = started(settings, tmp_path / settings.get("as", "ours"))
        log = tmp_path / "environment"
        with WorkerProcess(["env"], log=log, environment=launched.environment) as worker:
            worker._process.wait()
        printed = log.read_text()
        log.unlink()
        return f"\n{variable}=" in printed

    assert told(ONE_THREAD)
    assert not told(SHIPPED)
    assert set(python_environment(None)) < set(python_environment(1))
