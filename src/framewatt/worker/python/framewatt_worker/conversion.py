"""What framework files share when they convert: run a converter, and say briefly why it failed."""

from __future__ import annotations

import re
import subprocess
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_LOG = "converter.log"
_LONGEST_REASON = 240
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_TELLING = re.compile(r"error|fail|unsupported|not support|exception", re.IGNORECASE)
_NOTHING_SAID = re.compile(r"^[\s=\-+|*^~─│┌┐└┘├┤┬┴┼╭╮╰╯━]*$")


def run_converter(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a converter inside `folder` and return all that it printed, which also stays there as a log.

    Raises:
        RuntimeError: it ended with an error; the message is its most telling line.
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
    (folder / _LOG).write_text(text, encoding="utf-8")
    if done.returncode != 0:
        raise RuntimeError(f"{reason(text)} (exit status {done.returncode})")
    return text


def reason(text: str) -> str:
    """The line of a long report that tells why: the last that speaks of an error, else the last of all."""
    lines = [line.strip() for line in text.splitlines() if not _NOTHING_SAID.match(line)]
    telling = [line for line in lines if _TELLING.search(line)]
    last = deque(telling or lines, maxlen=1)
    return last.pop()[:_LONGEST_REASON] if last else "the converter said nothing"


def unsupported(operators: Iterable[str], framework: str) -> NotImplementedError:
    """The error of a model that uses operators which `framework` lacks."""
    names = sorted(set(operators))
    if len(names) == 1:
        return NotImplementedError(f"operator {names[0]} is not supported by {framework}")
    return NotImplementedError(f"operators {', '.join(names)} are not supported by {framework}")
