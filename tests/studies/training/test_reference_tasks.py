"""The reference tasks: what they hold, what they refuse, and that real frameworks start them alike."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import platformdirs
import pytest

from conftest import refused, write_perceptron
from framewatt.candidates import environments
from framewatt.plugins.workloads import task as task_workload
from framewatt.runs.request import SelectRequest
from framewatt.studies.training.admission.loss_parity import STEPS, TOLERANCE, gap
from framewatt.studies.training.data.task_folder import Task, read_task
from framewatt.trials.process import WorkerProcess, python_environment, python_worker
from framewatt.worker.python.framewatt_worker.tensors import write_tensors
from framewatt.workload.metrics import auc
from framewatt.workload.source import open_source

if TYPE_CHECKING:
    from framewatt.discovery import Plugin

TASKS = ("cnn", "transformer", "mlp", "recommender")
KERAS = {"keras_jax", "keras_tensorflow", "keras_torch"}
NATIVE = {"pytorch", "jax", "tensorflow", "paddle"}


def reference_task(name: str, **options: object) -> Task:
    request = SelectRequest.of(source=f"task:{name}", **options)
    return read_task(open_source(request.source).path, request)


def candidates(task: Task) -> int:
    return sum(len(getattr(script.module, "ENTRIES", ({},))) for script in task.scripts)


@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_there_in_keras_on_three_back_ends(name: str) -> None:
    assert {script.name for script in reference_task(name).scripts} >= KERAS


@pytest.mark.parametrize("name", ["cnn", "transformer"])
def test_the_networks_of_images_are_native_in_four_frameworks_too(name: str) -> None:
    task = reference_task(name)
    assert {script.name for script in task.scripts} == KERAS | NATIVE
    assert candidates(task) >= 10


@pytest.mark.parametrize("name", TASKS)
def test_parts_share_no_rows_and_every_seed_starts_elsewhere(name: str) -> None:
    task = reference_task(name)
    found = task.arrays
    assert len(found["x_validation"]) == len(found["x_test"]) < len(found["x_train"])
    first = next(n for n in found if n.startswith("weights-0/") and n.endswith("kernel"))
    assert not np.array_equal(found[first], found[first.replace("weights-0", "weights-1")])
    if name != "recommender":  # where a user may meet an item twice
        rows = np.concatenate([found[f"x_{part}"] for part in ("train", "validation", "test")])
        assert len(np.unique(rows.reshape(len(rows), -1), axis=0)) == len(rows)


@pytest.mark.parametrize("name", ["cnn", "transformer"])
def test_larger_images_are_the_same_images_with_repeated_pixels(name: str) -> None:
    small, large = (reference_task(name, size=size).arrays["x_train"] for size in (8, 16))
    assert large.shape[1:3] == (16, 16)
    np.testing.assert_array_equal(large[:, ::2, ::2], small)


def test_the_perceptron_learns_from_what_ships_with_scikit_learn() -> None:
    columns = {"digits": 64, "breast_cancer": 30, "wine": 13, "iris": 4}
    for dataset, width in columns.items():
        task = reference_task("mlp", dataset=dataset)
        assert task.arrays["x_train"].shape[1] == width
        assert set(np.unique(task.arrays["y_test"])) <= set(np.unique(task.arrays["y_train"]))
    table = reference_task("mlp", dataset="wine").arrays["x_train"]
    np.testing.assert_allclose(table.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(table.std(axis=0), 1, atol=1e-5)


def test_the_recommender_s_clicks_hold_something_that_can_be_learnt() -> None:
    found = reference_task("recommender").arrays
    habit = [found["y_train"][found["x_train"][:, 1] == item].mean() for item in range(100)]
    assert auc(np.array(habit)[found["x_test"][:, 1]], found["y_test"]) > 0.6


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("task:mlp", "--dataset", "mnist"), "mlp can learn from digits, breast_cancer, wine, iris"),
        (("task:cnn", "--dataset", "wine"), "cnn can learn from digits"),
        (("task:cnn", "--size", "12"), "--size 12: a multiple of 8"),
        (("task:mlp", "--dataset", "wine", "--size", "16"), "only images have one, and wine is a table"),
        (
            ("task:recommender", "--size", "8"),
            "--size: task recommender does not know it; its options are users",
        ),
        (("task:gan",), "there is cnn, mlp, recommender, transformer"),
    ],
)
def test_what_a_task_cannot_do_is_refused_with_what_it_can(arguments: tuple[str, ...], told: str) -> None:
    assert told in refused("select", *arguments)


def test_a_model_has_no_data_set_to_choose(tmp_path: Path) -> None:
    model = write_perceptron(tmp_path / "model.onnx")
    assert "--dataset is for tasks" in refused("select", model, "--dataset", "digits")


def test_a_run_is_not_resumed_with_another_version_of_what_tasks_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "tasks"
    shutil.copytree(task_workload._TASKS, copy)
    monkeypatch.setattr(task_workload, "_TASKS", copy)
    before = task_workload.open_workload("task:cnn").sha256
    script = copy / "scripts" / "jax.py"
    script.write_text(script.read_text() + "\n")
    assert task_workload.open_workload("task:cnn").sha256 != before


def test_a_script_named_like_its_framework_does_not_hide_it_from_a_worker_started_beside_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "numpy.py").write_text('raise ImportError("not NumPy")\n')
    script = tmp_path / "script.py"
    script.write_text('IMPORTS = ("numpy",)\n')
    command = python_worker(Path(sys.executable), script)
    told = python_environment(1)
    with WorkerProcess(command, log=tmp_path / "log", environment=told, folder=tmp_path) as worker:
        assert worker.request("import", timeout=60) is not None


def first_losses(task: Task, script: Plugin, table: Path) -> list[float]:
    """The losses of the first steps, by a real worker in the script's own environment."""
    spec = environments.spec_for(script, script.module.VERSION, "runtime")
    interpreter = environments.provide(spec, script, lambda *_: None).interpreter
    log = table.with_suffix(f".{script.name}.log")
    settings = {"threads": "1", **getattr(script.module, "ENTRIES", ({},))[0]}
    with WorkerProcess(
        python_worker(interpreter, script.path), log=log, environment=python_environment(1)
    ) as worker:
        worker.request("hello", timeout=60)
        worker.request("table", timeout=60, table=str(table), about=task.about())
        worker.request("begin", timeout=120, fold=0, settings=settings)
        losses: list[float] = worker.request("advance", timeout=120, epochs=1)["losses"]
    return losses[:STEPS]


def test_reading_the_scripts_leaves_the_user_s_own_environment_alone() -> None:
    code = """
import os
from pathlib import Path
from framewatt.discovery import load_file
from framewatt.plugins.workloads import task

before = dict(os.environ)
for path in (task._TASKS / "scripts").glob("keras_*.py"):
    load_file("scripts", path)
assert dict(os.environ) == before
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert not found.returncode, found.stderr


@pytest.mark.parametrize("back_end", ["jax", "tensorflow", "torch"])
def test_a_keras_script_s_worker_sets_its_back_end_before_anything_is_imported(
    back_end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "the user's own")
    (tmp_path / "probe.py").write_text(f"import os\nassert os.environ['KERAS_BACKEND'] == {back_end!r}\n")
    script = task_workload._TASKS / "scripts" / f"keras_{back_end}.py"
    told = python_environment(1)
    told["PYTHONPATH"] += os.pathsep + str(tmp_path)
    command = python_worker(Path(sys.executable), script)
    with WorkerProcess(command, log=tmp_path / "log", environment=told) as worker:
        worker.request("import", timeout=60, modules=["probe"])


@pytest.mark.frameworks
@pytest.mark.parametrize(
    ("name", "scripts"),
    [
        ("cnn", ("pytorch", "jax", "tensorflow", "keras_jax", "keras_torch")),
        ("transformer", ("pytorch", "jax", "tensorflow", "keras_jax")),
        ("mlp", ("pytorch", "keras_jax")),
        ("recommender", ("pytorch", "keras_jax")),
    ],
)
def test_real_frameworks_agree_on_the_first_losses(
    name: str, scripts: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = os.environ.get("FRAMEWATT_TEST_CACHE", platformdirs.user_cache_dir("framewatt"))
    monkeypatch.setenv("FRAMEWATT_CACHE_DIR", own)
    task, table = reference_task(name), tmp_path / "task.tensors"
    write_tensors(table, {n: a for n, a in task.arrays.items() if n not in {"y_validation", "y_test"}})
    known = {script.name: script for script in task.scripts}
    found = {script: first_losses(task, known[script], table) for script in scripts}
    reference = found[str(task.reference)]
    assert len(reference) == STEPS
    assert reference[-1] != pytest.approx(reference[0], rel=100 * TOLERANCE)  # something was learnt
    for script, losses in found.items():
        assert gap(losses, reference) < TOLERANCE, script
