"""Running one command to its end and reading what it and its children used (POSIX)."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess  # framewatt's work is to run programs
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.metering.memory import PeakMemory
from framewatt.records import Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHELL_SIGNS = set("|&;<>()$`*?[]#~=%!{}\\\n'\"")
_TAIL_BYTES = 2000
_TAIL_LINES = 4


@dataclass(frozen=True, slots=True)
class CommandRun:
    """One finished run: what the command and the children it waited for used.

    `peak_memory_bytes` is that of the largest process, None where the command was too quick to tell.
    """

    usage: Usage
    peak_memory_bytes: int | None


def command_line(command: str) -> list[str]:
    """What to execute: the words themselves where no shell is needed, else ``/bin/sh -c``.

    Raises:
        BadInput: an empty command, or unbalanced quotes.
    """
    if not command.strip():
        raise BadInput("an empty command cannot be compared; give at least one word")
    if not _SHELL_SIGNS & set(command.replace("'", "").replace('"', "")):
        try:
            return shlex.split(command)
        except ValueError as error:
            raise BadInput(f"{command!r}: {error}".lower()) from None
    return ["/bin/sh", "-c", command]


def run_command(command: str, limit_seconds: float) -> CommandRun:
    """Run a command in a session of its own, its output discarded.

    CPU seconds are the kernel's for the command and all descendants it has waited for; what outlives it
    would be missing, so that is refused.

    Raises:
        BadInput: it cannot be started, fails (with the tail of its error output), takes longer than
            `limit_seconds`, or leaves children behind.
    """
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = _start(command_line(command), command, errors.fileno())
        memory = PeakMemory(process.pid)
        overdue = threading.Event()
        timer = threading.Timer(limit_seconds, _kill_group, (process.pid, overdue))
        timer.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            _kill_group(process.pid, overdue)
            memory.stop(0)
            raise
        finally:
            timer.cancel()
        seconds = time.perf_counter() - started
        peak = memory.stop(used.ru_maxrss)
        process.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait again
        left_behind = _kill_group(process.pid, None)
        if overdue.is_set():
            raise BadInput(f"{command!r} did not finish within {limit_seconds:.0f} s; raise --budget")
        if process.returncode:
            raise BadInput(_failure(command, process.returncode, errors.fileno()))
        if left_behind:
            raise BadInput(
                f"{command!r} leaves children running when it ends: their energy would be missing; "
                "make it wait for them"
            )
    return CommandRun(Usage(seconds, used.ru_utime, used.ru_stime), peak)


def _start(words: Sequence[str], command: str, errors: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
        )
    except FileNotFoundError:
        raise BadInput(f"{command!r}: no program {words[0]!r} is installed here") from None
    except OSError as error:
        raise BadInput(f"{command!r}: {words[0]} cannot be started: {error.strerror}") from None


def _kill_group(group: int, overdue: threading.Event | None) -> bool:
    """Kill what is left of a command's session; whether there was anything."""
    if overdue is not None:
        overdue.set()
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _failure(command: str, code: int, errors: int) -> str:
    how = f"is killed by signal {-code}" if code < 0 else f"fails with exit code {code}"
    size = os.fstat(errors).st_size
    tail = os.pread(errors, _TAIL_BYTES, max(0, size - _TAIL_BYTES)).decode(errors="replace")
    lines = [line.strip() for line in tail.splitlines() if line.strip()][-_TAIL_LINES:]
    detail = f": {' | '.join(lines)}" if lines else " and says nothing on standard error"
    return f"{command!r} {how}{detail}"
