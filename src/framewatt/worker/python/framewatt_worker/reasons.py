"""Why something failed, in one line: the sentence that matters of what frameworks and converters write.

Only the standard library: the parent reads workers of any language with the same functions.
"""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LOG = "; log: "
"""What stands between a reason and the path of the log that tells more."""
_LONGEST = 300
_BACKTRACE = re.compile(r"\n\s*(?:Stack (?:backtrace|dump)|Summary):.*", re.DOTALL)
_CHAIN = re.compile(r"^(?:Exception from |Caused by:)", re.MULTILINE)
"""How OpenVINO and Rust's anyhow nest causes: the last is what happened, the first where it was noticed."""
_NO_CAUSE = re.compile(
    r"(?:Exception from .*:\d+:|Check '.*' failed at .*:\d+:?|Caused by:|-- .* with a message:)?"
)
_PREAMBLES = (
    re.compile(r"^\d+: "),
    re.compile(r"^\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : "),
    re.compile(r"^Load model from .* failed:"),
    re.compile(r"^.* CALLBACK HAS THROWN: "),
    re.compile(r"^RuntimeError: "),
)
_LACKING = (
    re.compile(r"No conversion rule found for operations: (?P<many>.+)"),  # OpenVINO
    re.compile(r"(?P<one>[\w.:]+)\(-?\d+\) is not a registered function/op"),  # ONNX Runtime, pnnx
    re.compile(r"Could not find an implementation for (?P<one>\w+)\("),  # ONNX Runtime
    re.compile(r"No Op registered for (?P<one>\w+) with domain_version"),  # ONNX Runtime, pnnx
    re.compile(r"These Op Not Support: (?P<many>.+)"),  # MNN
    re.compile(r"Unimplemented\((?P<one>\w+)\)"),  # tract
    re.compile(r"operation_type='(?P<one>\w+)'"),  # onnx2torch
    re.compile(r"No module named 'onnx2tf\.ops\.(?P<one>\w+)'"),
    re.compile(r"(?P<one>\w+) OP is not yet implemented"),  # onnx2tf
    re.compile(r'failed to legalize operation[^"]*"onnx\.(?P<one>\w+)"'),  # IREE
)
"""How each says that it lacks operators: by one name, or by many between commas, bars or blanks."""
_CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}


def cause(message: str) -> str:
    """The sentence of a message that says what happened: of a chain the last, else the first."""
    text = _BACKTRACE.sub("", message)
    lines = [line.strip() for line in text.splitlines()]
    told = [line for line in lines if not _NO_CAUSE.fullmatch(line)]
    if not told:
        told = [line for line in lines if line]
    sentence = (told[-1] if _CHAIN.search(text) else told[0]) if told else ""
    for preamble in _PREAMBLES:
        sentence = preamble.sub("", sentence, count=1)
    sentence, place, log = sentence.strip().partition(LOG)
    return sentence[:_LONGEST] + place + log


def lacking_operators(text: str) -> list[str]:
    """The operators that a framework says it does not have, without domain and version."""
    found = [match for pattern in _LACKING for match in pattern.finditer(text)]
    names = [name for match in found for name in re.findall(r"[\w.:-]+", match[match.lastgroup or 0])]
    return sorted({re.sub(r"^.*[.:]|-\d+$", "", name) for name in names})


def unsupported(operators: Iterable[str], framework: str) -> NotImplementedError:
    """The error of a model that uses operators which `framework` lacks."""
    names = sorted(set(operators))
    if len(names) == 1:
        return NotImplementedError(f"operator {names[0]} is not supported by {framework}")
    return NotImplementedError(f"operators {', '.join(names)} are not supported by {framework}")


def ending(status: int) -> str:
    """How a program with this exit status ended: ``crashed, SIGSEGV`` or ``ended with exit code 3``.

    Death by signal N is -N; a shell tells 128 + N, and a program that hands it on 256 - N.
    """
    for number in (-status, status - 128, 256 - status):
        if number in _CRASHES:
            return f"crashed, {signal.Signals(number).name}"
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with exit code {status}"
