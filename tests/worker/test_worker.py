"""A worker as the parent holds it: whatever becomes of it, the parent gets a reason and goes on."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pytest

from conftest import STAND_INS
from framewatt.errors import Inapplicable, TrialFailed
from framewatt.metering.choice import choose_meter
from framewatt.metering.host.inspection import inspect_host, usable_cpus
from framewatt.trials.inference import Inference
from framewatt.trials.process import WorkerProcess, python_environment, python_worker
from framewatt.trials.trial import LaunchSpec, Trial
from framewatt.trials.window import Instrument
from framewatt.worker.python.framewatt_worker.tensors import write_tensors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.contracts import Meter
    from framewatt.records import Measurement

READ = (
    "import os, sys, time; fd = int(os.environ['FRAMEWATT_REPLY_FD']); "
    "os.read(int(os.environ['FRAMEWATT_REQUEST_FD']), 99); "
)


def ask(code: str, folder: Path, timeout: float = 20.0) -> dict[str, Any]:
    """Send one request to a worker that is this Python code."""
    command = [sys.executable, "-c", READ + code]
    with WorkerProcess(command, log=folder / "worker.log") as worker:
        return worker.request("load", timeout=timeout)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("os.write(fd, b'segfault incoming\\n')", "not a JSON object"),
        ("os.write(fd, b'[1, 2]\\n')", "not a JSON object"),
        ("os.write(fd, b'\\xff\\n')", "not a JSON object"),
        ("os.write(fd, b'{\"ok\": false}\\n')", "no message"),
        ("os.kill(os.getpid(), 9)", "ran out of memory"),
        ("os.kill(os.getpid(), 11)", "the worker crashed, SIGSEGV"),
        ("sys.exit(3)", "exit code 3"),
        ("sys.exit('libfoo.so is missing')", "exit code 1: libfoo.so is missing"),
        ("os.write(fd, b'{\"ok\":'); sys.exit(0)", "exit code 0"),
    ],
)
def test_a_worker_that_fails_gets_its_reason(code: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(TrialFailed, match=r"^load: ") as failed:
        ask(code, tmp_path)
    assert told in str(failed.value)


def test_a_worker_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(TrialFailed, match=r"no answer within 0 s \(hung\)"):
        ask("time.sleep(600)", tmp_path, timeout=0.1)


def test_a_worker_that_closes_its_pipes_without_ending_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("framewatt.trials.process._PARTING_SECONDS", 0.1)
    with pytest.raises(TrialFailed, match="closed its pipes"):
        ask("os.close(fd); time.sleep(600)", tmp_path)


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrialFailed, match=r"could not be started: .*no-such-python"):
        WorkerProcess([str(tmp_path / "no-such-python")], log=tmp_path / "log")


def test_an_answer_that_does_not_apply_is_no_failure(tmp_path: Path) -> None:
    answer = '{"ok": false, "kind": "inapplicable", "message": "operator Gemm is not supported"}'
    with pytest.raises(Inapplicable, match="operator Gemm"):
        ask(f"os.write(fd, b'''{answer}\\n''')", tmp_path)


def test_closing_a_worker_ends_what_it_started(tmp_path: Path) -> None:
    code = "import subprocess; child = subprocess.Popen(['sleep', '600']); "
    code += 'os.write(fd, b\'{"ok": true, "child": %d}\\n\' % child.pid); time.sleep(600)'
    child = psutil.Process(ask(code, tmp_path)["child"])
    assert child.wait(timeout=20) is None or not child.is_running()


def test_what_a_framework_prints_does_not_disturb_the_protocol(tmp_path: Path) -> None:
    code = "print('{\"ok\": false}', flush=True); os.write(fd, b'{\"ok\": true}\\n')"
    assert ask(code, tmp_path)["ok"] is True
    assert (tmp_path / "worker.log").read_text() == '{"ok": false}\n'


# -- The Python worker with a framework file ----------------------------------------------------------

FRAMEWORK = """
TITLE = "Odd"

def load(model, settings, signature):
    {load}

class Session:
    def run(self, feed):
        {run}
"""


def python(folder: Path, load: str = "return Session()", run: str = "return [feed['x']]") -> WorkerProcess:
    file = folder / "framework.py"
    file.write_text(FRAMEWORK.format(load=load, run=run))
    command = python_worker(Path(sys.executable), file)
    return WorkerProcess(command, log=folder / "worker.log", environment=python_environment(1))


@pytest.mark.parametrize(
    ("load", "told"),
    [
        ("raise MemoryError", "out of memory during load"),
        ("bytearray(1 << 60)", "out of memory during load"),
        ("raise RuntimeError('bad\\nworse')", "load: bad; log: "),
        ("import a_library_that_is_not_there", "No module named 'a_library_that_is_not_there'"),
        ("raise SystemExit(7)", "exit code 7"),
    ],
)
def test_what_a_framework_raises_is_the_reason_in_one_line(load: str, told: str, tmp_path: Path) -> None:
    with python(tmp_path, load=load) as worker, pytest.raises(TrialFailed) as failed:
        worker.request("load", timeout=20, model="m", settings={}, signature={})
    assert told in str(failed.value)
    assert "\n" not in str(failed.value)


def test_an_operator_that_a_framework_lacks_is_no_failure_whatever_it_raises(tmp_path: Path) -> None:
    load = "raise ValueError('Fatal error: com.example:Novel(-1) is not a registered function/op')"
    with python(tmp_path, load=load) as worker, pytest.raises(Inapplicable) as answered:
        worker.request("load", timeout=20, model="m", settings={}, signature={})
    assert str(answered.value) == "operator Novel is not supported by Odd"


@pytest.mark.parametrize(
    ("run", "told"),
    [
        ("return []", "0 outputs came back, the model has 1"),
        ("return None", "'NoneType' object is not iterable"),
        ("return [feed['x'], feed['x']]", "2 outputs came back, the model has 1"),
        ("return feed['y']", "KeyError"),
    ],
)
def test_a_framework_that_returns_the_wrong_number_of_outputs_says_so(
    run: str, told: str, tmp_path: Path
) -> None:
    write_tensors(tmp_path / "sample", {"x": np.ones((1, 2), np.float32)})
    with python(tmp_path, run=run) as worker:
        worker.request("samples", timeout=20, files=[str(tmp_path / "sample")])
        worker.request("load", timeout=20, model="m", settings={}, signature={})
        with pytest.raises(TrialFailed) as failed:
            worker.request("outputs", timeout=20, names=["y"], count=1, folder=str(tmp_path))
    assert told in str(failed.value)


def test_an_operation_that_a_worker_lacks_is_answered_as_unsupported(tmp_path: Path) -> None:
    with python(tmp_path) as worker, pytest.raises(TrialFailed, match="no operation 'train'"):
        worker.request("train", timeout=20)


# -- A trial ------------------------------------------------------------------------------------------


@pytest.fixture
def meter() -> Meter:
    return choose_meter("estimate", inspect_host())


@pytest.fixture
def trial(tiny_model: Path, meter: Meter) -> Iterator[Trial[Inference]]:
    sample = tiny_model.parent / "sample-0.tensors"
    write_tensors(sample, {"x": np.ones((1, 16), np.float32)})
    contestant = LaunchSpec(
        candidate="faithful@1/cpu/python[]",
        command=tuple(python_worker(Path(sys.executable), STAND_INS / "frameworks" / "faithful.py")),
        environment=python_environment(1),
        cpus=usable_cpus()[-1:],
        settings={"threads": "1", "precision": "fp32"},
        work=Inference(tiny_model, {"inputs": [], "outputs": [{"name": "scores"}]}, (sample,)),
        patience=30,
    )
    launched = Trial(contestant, 1, Instrument(meter), tiny_model.parent / "log")
    yield launched
    launched.close()


def test_the_parent_uses_less_than_a_hundredth_of_a_windows_cpu(trial: Trial[Inference]) -> None:
    seconds_per_query = trial.launch(1, lambda _: None)
    before = time.process_time()
    window = trial.window(1, 0, trial.queries_for(2.0, seconds_per_query))
    own = time.process_time() - before
    assert window.usage.cpu_seconds > 0.2
    assert own < 0.01 * window.usage.cpu_seconds


def test_a_worker_runs_on_the_cpus_of_its_thread_budget_alone(trial: Trial[Inference]) -> None:
    trial.launch(1, lambda _: None)
    assert psutil.Process(trial.worker.pid).cpu_affinity() == list(usable_cpus()[-1:])


def test_every_phase_of_a_launch_is_metered_once(trial: Trial[Inference]) -> None:
    seen: list[Measurement] = []
    trial.launch(1, seen.append)
    assert [m.phase.value for m in seen] == ["import", "load", "compile", "warmup"]
    assert all(m.usage.cpu_seconds > 0 and m.joules["host"] > 0 for m in seen if m.phase.value != "load")


def test_a_window_names_the_domains_that_the_work_holds_whole(trial: Trial[Inference], meter: Meter) -> None:
    meter.description = replace(meter.description, parameters={"held_whole": ["gpu-0"]})
    trial.launch(1, lambda _: None)
    assert trial.window(1, 0, 1).held_whole == ("gpu-0",)


def test_a_suspended_worker_burns_no_cpu(trial: Trial[Inference]) -> None:
    trial.launch(1, lambda _: None)
    trial.suspend()
    before = trial.worker.cpu_times()
    state = psutil.Process(trial.worker.pid)
    deadline = time.monotonic() + 20
    while state.status() != psutil.STATUS_STOPPED and time.monotonic() < deadline:
        time.sleep(0.001)
    assert state.status() == psutil.STATUS_STOPPED
    assert trial.worker.cpu_times().user - before.user < 0.05
    trial.resume()
    assert trial.window(1, 0, 1).units == 1.0


def test_a_worker_that_is_killed_in_a_window_fails_the_trial(trial: Trial[Inference]) -> None:
    trial.launch(1, lambda _: None)
    os.kill(trial.worker.pid, signal.SIGKILL)
    with pytest.raises(TrialFailed, match="killed"):
        trial.window(1, 0, 1)
