"""Resolving what an environment pins into exact packages, through uv, without downloading them."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uv import find_uv_bin

from framewatt.candidates.pip_settings import uv_settings
from framewatt.errors import EnvironmentFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_DISK_FULL = ("no space left", "disk quota exceeded", "file too large")
_CUDA_MARKS = ("nvidia-", "cuda-", "triton")


@dataclass(frozen=True, slots=True)
class EnvironmentSpec:
    """What an environment is made from; its hash is the cache key."""

    framework: str
    version: str
    role: str
    requirements: tuple[str, ...]
    excludes: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    device: str = "cpu"
    python: str = platform.python_version()
    platform: str = f"{platform.system()}-{platform.machine()}"

    @property
    def key(self) -> str:
        """Hash of what is pinned; the framework's name is left out so that equal pins share a build."""
        pinned = [self.requirements, self.excludes, self.constraints, self.device, self.python, self.platform]
        return hashlib.sha256(json.dumps(pinned).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Lock:
    """A resolution: exact packages and what they weigh in bytes to download (None: size not told)."""

    text: str
    packages: dict[str, str]
    sizes: dict[str, int]

    @property
    def download_bytes(self) -> int:
        """Bytes of all wheels, as the index states them; nothing is downloaded to know this."""
        return sum(self.sizes.values())


def resolve(spec: EnvironmentSpec) -> Lock:
    """Resolve a spec without downloading it. torch never resolves to a CUDA build for the CPU.

    Raises:
        EnvironmentFailed: no such version, contradicting pins, or the index cannot be reached.
    """
    lock = _resolve(spec, ())
    if spec.device == "cpu" and _pulls_cuda(lock):
        lock = _resolve(spec, ("--torch-backend", "cpu"))
        if _pulls_cuda(lock):
            raise EnvironmentFailed(f"{spec.framework}: only a CUDA build was found, for a study on the CPU")
    return lock


def _pulls_cuda(lock: Lock) -> bool:
    return any(name.startswith(_CUDA_MARKS) for name in lock.packages)


def _resolve(spec: EnvironmentSpec, extra: Sequence[str]) -> Lock:
    with tempfile.TemporaryDirectory() as scratch:
        wanted, locked, excludes = (Path(scratch) / name for name in ("wanted.in", "pylock.toml", "excludes"))
        wanted.write_text("\n".join(spec.requirements))
        excludes.write_text("\n".join(spec.excludes))
        constraints = Path(scratch) / "constraints.txt"
        constraints.write_text("\n".join(spec.constraints))
        arguments = ["pip", "compile", str(wanted), "--format", "pylock.toml", "--output-file", str(locked)]
        arguments += ["--python", sys.executable, "--excludes", str(excludes), *extra]
        arguments += ["--constraints", str(constraints)]
        run_uv(spec, [*arguments, *uv_settings().arguments, *uv_settings().constraints])
        text = locked.read_text()
    entries = tomllib.loads(text).get("packages", [])
    return Lock(
        text,
        {entry["name"]: entry.get("version", "?") for entry in entries},
        {entry["name"]: size for entry in entries if (size := _wheel_bytes(entry)) is not None},
    )


def _wheel_bytes(entry: dict[str, Any]) -> int | None:
    files = entry.get("wheels") or ([entry["sdist"]] if "sdist" in entry else [])
    if not files:
        return None
    first: dict[str, Any] = files[0]
    if "size" in first:
        return int(first["size"])
    path = Path(first.get("path") or str(first.get("url", "")).removeprefix("file://"))
    return path.stat().st_size if path.is_file() else None


def run_uv(
    spec: EnvironmentSpec, arguments: Sequence[str], watch: Callable[[str], None] | None = None
) -> None:
    """Run uv with pip's settings in its environment; `watch` sees each line it prints.

    Raises:
        EnvironmentFailed: uv failed; the message is one line.
    """
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    lines = []
    with subprocess.Popen(
        [find_uv_bin(), *arguments, "--no-config", "--color", "never"],
        env={**environment, **uv_settings().environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stderr or ():
            lines.append(line)
            if watch:
                watch(line)
    if process.returncode:
        message = f"{spec.framework} {spec.version}: {_reason(''.join(lines), process.returncode)}"
        raise EnvironmentFailed(message)


def _reason(output: str, code: int) -> str:
    """One line from what uv said, with the remedy for what people meet most."""
    lowered = output.lower()
    if any(mark in lowered for mark in _DISK_FULL) or -code == signal.SIGXFSZ:
        return "the disk is full; free some, or set FRAMEWATT_CACHE_DIR to another place"
    if any(
        mark in lowered for mark in ("error sending request", "failed to fetch", "dns error", "timed out")
    ):
        return "the package index could not be reached; check the network or pip's index settings"
    lines = [line.strip(" \u00d7╰─▶│") for line in output.splitlines() if line.strip()]
    useful = [line for line in lines if not line.startswith(("Resolved", "Using", "hint", "warning"))]
    return " ".join(useful)[:300] or f"uv ended with status {code} and without a message"
