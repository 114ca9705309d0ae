"""A worker as the parent holds it: a process, two pipes, a CPU clock, and an end that is certain."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt.errors import Inapplicable, TrialFailed, TrialStopped
from framewatt.metering.host.cpu_time import CpuTimes, cpu_times
from framewatt.worker.python.framewatt_worker.channel import REPLIES, REQUESTS
from framewatt.worker.python.framewatt_worker.reasons import LOG, cause, ending

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WORKERS = Path(__file__).parent.parent / "worker" / "python"
"""Where the programs of Python workers lie."""
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1
_PARTING_SECONDS = 5.0
"""So long may a worker that closed its pipes take to end."""

MALLOC_SETTINGS = {"MALLOC_MMAP_THRESHOLD_": "67108864", "MALLOC_TRIM_THRESHOLD_": "134217728"}
"""glibc adapts these while it runs, which alone can double a candidate's time; fixed for all, recorded."""

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_WAITING = "OMP_WAIT_POLICY"


class WorkerProcess:
    """One living worker. Use as a context manager, or call `close`."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        cpus: Sequence[int] = (),
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Start `command` on `cpus`, set before exec so that thread pools see them; it prints to `log`,
        and `folder` is its working directory.
        """
        to_worker, self._to = os.pipe()
        self._from, from_worker = os.pipe()
        pipes = {REQUESTS: str(to_worker), REPLIES: str(from_worker)}
        self._log = log
        try:
            with log.open("ab") as output:
                self._process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    pass_fds=(to_worker, from_worker),
                    env={**_inherited(), **MALLOC_SETTINGS, **(environment or {}), **pipes},
                    cwd=folder,
                    start_new_session=True,
                    preexec_fn=lambda: _before_exec(cpus),  # noqa: PLW1509 - no threads fork here
                )
        except OSError as error:
            os.close(self._to)
            os.close(self._from)
            raise TrialStopped(f"the worker could not be started: {error}") from error
        finally:
            os.close(to_worker)
            os.close(from_worker)
        self._pending = b""

    @property
    def pid(self) -> int:
        """The process id; it leads its own process group."""
        return self._process.pid

    def request(self, operation: str, *, timeout: float, **arguments: Any) -> dict[str, Any]:
        """Send one request and block for its answer.

        Raises:
            Inapplicable: the framework cannot do this work.
            TrialFailed: it crashed or answered an error.
            TrialStopped: it hung beyond `timeout` seconds, ran out of memory or was killed.
        """
        message = json.dumps({"op": operation, **arguments}).encode() + b"\n"
        try:
            os.write(self._to, message)
        except OSError:
            raise self._death(operation) from None
        answer = self._answer(operation, timeout)
        if answer.get("ok"):
            return answer
        if answer.get("kind") == "inapplicable":
            raise Inapplicable(cause(answer.get("message", "no reason was given")))
        failure = TrialStopped if answer.get("kind") == "memory" else TrialFailed
        raise failure(self._logged(f"{operation}: {cause(answer.get('message', 'no message'))}"))

    def cpu_times(self) -> CpuTimes:
        """CPU seconds so far of the worker and its children."""
        return cpu_times(self.pid)

    def peak_memory_bytes(self) -> int | None:
        """The largest resident size so far; None where the system does not tell."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
            return int(status.split("VmHWM:")[1].split()[0]) * 1024
        except (OSError, IndexError, ValueError):
            return None

    def suspend(self) -> None:
        """Stop the worker's threads, so that it cannot burn CPU in another's window."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it run again."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End the worker and everything it started."""
        with contextlib.suppress(OSError):
            os.close(self._to)
        self._signal(signal.SIGKILL)
        self._process.wait()
        with contextlib.suppress(OSError):
            os.close(self._from)
        self._to = self._from = -1

    def __enter__(self) -> WorkerProcess:  # noqa: PYI034 - not subclassed
        """The worker itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.close()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(OSError):
            os.killpg(self.pid, number)

    def _answer(self, operation: str, timeout: float) -> dict[str, Any]:
        deadline = time.monotonic() + timeout
        while b"\n" not in self._pending:
            ready, _, _ = select.select([self._from], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                self._signal(signal.SIGKILL)
                raise TrialStopped(f"{operation}: no answer within {timeout:.0f} s (hung); it was ended")
            chunk = os.read(self._from, 1 << 16)
            if not chunk:
                raise self._death(operation)
            self._pending += chunk
        line, _, self._pending = self._pending.partition(b"\n")
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise TrialFailed(f"{operation}: the worker answered something that is not a JSON object")
        return answer

    def _death(self, operation: str) -> TrialFailed:
        try:
            code = self._process.wait(timeout=_PARTING_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            return TrialFailed(f"{operation}: the worker closed its pipes without ending; it was ended")
        if code == -signal.SIGKILL:
            killed = "the worker was killed (usually: the machine ran out of memory)"
            return TrialStopped(f"{operation}: {killed}")
        return TrialFailed(self._logged(f"{operation}: the worker {ending(code)}{self._last_words()}"))

    def _logged(self, reason: str) -> str:
        """The reason, with the log's path where it names none."""
        return reason if LOG in reason else f"{reason}{LOG}{self._log}"

    def _last_words(self) -> str:
        try:
            lines = self._log.read_text(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return f": {lines[-1][:200]}" if lines else ""


def python_worker(interpreter: Path, framework_file: Path) -> list[str]:
    """The command line of the Python worker for one framework file.

    Nothing is imported from the folder it starts in: a task's own ``jax.py`` would hide JAX (``-P``).
    """
    return [str(interpreter), "-s", "-P", "-m", "framewatt_worker", str(framework_file)]


def python_environment(threads: int | None) -> dict[str, str]:
    """Environment variables of a Python worker with a budget of `threads`; None leaves threads as shipped."""
    budget = dict.fromkeys(_THREAD_VARIABLES, str(threads))
    # OpenMP threads that spin between queries burn what the comparison is about.
    budget |= {_WAITING: "passive"}
    return {
        "PYTHONPATH": str(WORKERS),
        "PYTHONHASHSEED": "0",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        **(budget if threads else {}),
    }


def _inherited() -> dict[str, str]:
    """The user's environment without what would lead a worker astray, set its threads or lower its precision.

    Containers often forbid Python to write bytecode; every import of a worker would be a first one then.
    """
    hidden = (
        *("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"),
        *("ONEDNN_DEFAULT_FPMATH_MODE", *_THREAD_VARIABLES, _WAITING),
    )
    return {name: value for name, value in os.environ.items() if name not in hidden}


def _before_exec(cpus: Sequence[int]) -> None:
    """In the child: pin it, and let it die with its parent even when it is stopped."""
    if cpus and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cpus)
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
