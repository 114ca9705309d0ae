"""What framework files share when they convert: run a converter, and say briefly why it failed."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from .reasons import LOG, ending, lacking_operators, unsupported

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["reason", "run_converter", "unsupported"]

_LOG = "converter.log"
_LONGEST_REASON = 240
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_TELLING = re.compile(
    r"error|fail|unsupported|not support|exception|can't convert|don't support", re.IGNORECASE
)
_NOTHING_SAID = re.compile(
    r"\d+\.\s+Program arguments:.*|PLEASE submit.*|Please report issues.*|Stack dump.*|"
    r"[\s=\-+|*^~─│┌┐└┘├┤┬┴┼╭╮╰╯━]*|#\d+ 0x.*|.* \.\.\. +\d+\.\d+ms|[#\s]*pass_\w+.*|Converted Failed!"
)
"""Rules of tables, frames of stacks, the steps that pnnx ticks off, and that something failed, not what."""
_STAMP = re.compile(r"^\[[\d:]+\] (?:\S*:\d+: )?")


def run_converter(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    *,
    program: str | None = None,
    framework: str | None = None,
) -> str:
    """Run a converter inside `folder` and return all that it printed, which also stays there as a log.

    `program` is what people call it, if not the command's own name, and `framework` whose operators it knows.

    Raises:
        NotImplementedError: it names operators that it does not know.
        MemoryError: it was killed, which is how a machine without memory ends a program.
        RuntimeError: it ended with an error; the message says how, with its most telling line and its log.
    """
    done = subprocess.run(
        list(command),
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    text = _COLOUR.sub("", done.stdout)
    log = folder / _LOG
    log.write_text(text, encoding="utf-8")
    if done.returncode == -signal.SIGKILL:
        raise MemoryError
    if done.returncode != 0:
        name = program or Path(command[0]).name
        if lacking := lacking_operators(text):
            raise unsupported(lacking, framework or name)
        raise RuntimeError(f"{name} {ending(done.returncode)}: {reason(text)}{LOG}{log}")
    return text


def reason(text: str) -> str:
    """The line of a long report that tells why: the last that speaks of an error, else the last of all."""
    lines = [_STAMP.sub("", line.strip()) for line in text.splitlines()]
    said = [line for line in lines if not _NOTHING_SAID.fullmatch(line)]
    telling = [line for line in said if _TELLING.search(line)]
    return (telling or said or ["it said nothing"])[-1][:_LONGEST_REASON]
