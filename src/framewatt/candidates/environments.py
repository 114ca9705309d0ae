"""Locked, cached environments: one per framework, version, device, Python and role, built by uv on first use.

What the build cost (bytes, CPU seconds, wall time, first import) is recorded once beside the environment.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from filelock import FileLock

from framewatt.candidates.locks import shipped_locks
from framewatt.candidates.pip_settings import uv_settings
from framewatt.candidates.resolution import EnvironmentSpec, resolve, run_uv
from framewatt.config import cache_root
from framewatt.errors import EnvironmentFailed, Inapplicable, TrialFailed, reason_of
from framewatt.metering.host.cpu_time import reaped, timed
from framewatt.records import Usage
from framewatt.trials.process import WorkerProcess, python_environment, python_worker

if TYPE_CHECKING:
    from framewatt.discovery import Plugin

_RECORD = "environment.json"
_IMPORT_TIMEOUT = 300.0


class BuildProgress(Protocol):
    """Who watches a build."""

    def __call__(self, what: str, done_bytes: int, total_bytes: int) -> None:
        """`what` is being built; so much of its download has arrived."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A usable interpreter and what it took to make it; costs are None for the user's own interpreter.

    `built_now` tells whether whoever asked for it had to wait for that.
    """

    interpreter: Path
    packages: tuple[str, ...]
    download_bytes: int | None = None
    installed_bytes: int | None = None
    resolve: Usage | None = None
    install: Usage | None = None
    first_import: Usage | None = None
    second_import: Usage | None = None
    built_now: bool = False


def spec_for(plugin: Plugin, version: str, role: str, extra: tuple[str, ...] = ()) -> EnvironmentSpec:
    """The environment of a framework file's role; falls back to ``runtime`` where there is no such role.

    `extra` are requirements of the user's own code, where the framework runs it.
    """
    packages = plugin.module.PACKAGES.get(role) or plugin.module.PACKAGES["runtime"]
    lock = shipped_locks().get((plugin.name, role if role in plugin.module.PACKAGES else "runtime"))
    binds = lock is not None and version == plugin.module.VERSION and not extra
    return EnvironmentSpec(
        framework=plugin.name,
        version=version,
        role=role,
        requirements=(*(package.format(version=version) for package in packages), *extra),
        excludes=tuple(getattr(plugin.module, "EXCLUDES", ())),
        constraints=lock.packages if lock is not None and binds else (),
    )


def state(spec: EnvironmentSpec) -> Environment | None:
    """The environment if it is built and whole, else None."""
    folder = cache_root() / "environments" / spec.key
    try:
        record = json.loads((folder / _RECORD).read_text())
    except (OSError, ValueError):
        return None
    environment = _revive(folder, record)
    return environment if environment and _is_whole(folder, environment) else None


def provide(spec: EnvironmentSpec, plugin: Plugin, progress: BuildProgress) -> Environment:
    """The environment, built if it is missing or broken; safe when two processes ask at once.

    Raises:
        EnvironmentFailed: it cannot be resolved, downloaded or installed; the message says which and why.
    """
    folder = cache_root() / "environments" / spec.key
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            return state(spec) or _build(spec, plugin, folder, progress)
    except OSError as error:
        raise EnvironmentFailed(f"{spec.framework} {spec.version}: {reason_of(error)}") from error


def current_interpreter(spec: EnvironmentSpec) -> Environment:
    """The user's own interpreter, for ``--env current``.

    Raises:
        Inapplicable: the framework is not installed there.
    """
    names = [requirement.partition("==")[0] for requirement in spec.requirements]
    try:
        packages = tuple(f"{name}=={metadata.version(name)}" for name in names)
    except metadata.PackageNotFoundError as error:
        raise Inapplicable(f"{error.name} is not installed in {sys.executable}") from None
    return Environment(Path(sys.executable), packages)


def _build(spec: EnvironmentSpec, plugin: Plugin, folder: Path, progress: BuildProgress) -> Environment:
    what = f"{spec.framework} {spec.version}" + (" (converter)" if spec.role == "convert" else "")
    progress(what, 0, 0)
    shutil.rmtree(folder, ignore_errors=True)
    lock, resolving = timed(reaped, lambda: resolve(spec))
    total = lock.download_bytes
    progress(what, 0, total)
    folder.mkdir()
    (folder / "pylock.toml").write_text(lock.text)
    interpreter = folder / "bin" / "python"
    run_uv(spec, ["venv", "--quiet", "--allow-existing", "--python", sys.executable, str(folder)])
    arrived = {"bytes": 0}

    def watch(line: str) -> None:
        word, _, name = line.strip().partition(" ")
        if word == "Downloaded":
            arrived["bytes"] += lock.sizes.get(name.strip(), 0)
            progress(what, arrived["bytes"], total)

    install = ["pip", "install", "--python", str(interpreter), "-r", str(folder / "pylock.toml"), "--no-deps"]
    _, installing = timed(reaped, lambda: run_uv(spec, [*install, *uv_settings().arguments], watch))
    imports = [
        _import_cost(plugin, interpreter, folder) if spec.role == "runtime" else None for _ in range(2)
    ]
    environment = Environment(
        interpreter=interpreter,
        packages=tuple(f"{name}=={version}" for name, version in sorted(lock.packages.items())),
        download_bytes=total,
        installed_bytes=_folder_bytes(folder),
        resolve=resolving,
        install=installing,
        first_import=imports[0],
        second_import=imports[1],
    )
    _write_record(folder, environment)
    progress(what, total, total)
    return replace(environment, built_now=True)


def _import_cost(plugin: Plugin, interpreter: Path, folder: Path) -> Usage | None:
    command = python_worker(interpreter, plugin.path)
    with WorkerProcess(command, log=folder / "import.log", environment=python_environment(1)) as worker:
        try:
            worker.request("hello", timeout=_IMPORT_TIMEOUT)
            _, cost = timed(worker.cpu_times, lambda: worker.request("import", timeout=_IMPORT_TIMEOUT))
        except (TrialFailed, Inapplicable) as error:
            raise EnvironmentFailed(f"{plugin.name}: installed, but it does not import: {error}") from error
    return cost


def _folder_bytes(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def _write_record(folder: Path, environment: Environment) -> None:
    record = asdict(environment) | {"interpreter": str(environment.interpreter.relative_to(folder))}
    partial = folder / f"{_RECORD}.partial"
    partial.write_text(json.dumps(record, indent=1))
    partial.replace(folder / _RECORD)


def _revive(folder: Path, record: dict[str, Any]) -> Environment | None:
    try:
        resolve, install, *imports = (
            Usage(**record[name]) if record[name] else None
            for name in ("resolve", "install", "first_import", "second_import")
        )
        return Environment(
            interpreter=folder / record["interpreter"],
            packages=tuple(record["packages"]),
            download_bytes=record["download_bytes"],
            installed_bytes=record["installed_bytes"],
            resolve=resolve,
            install=install,
            first_import=imports[0],
            second_import=imports[1],
        )
    except (KeyError, TypeError):
        return None


def _is_whole(folder: Path, environment: Environment) -> bool:
    """Whether the interpreter is there, and every file of every package: pip's RECORD lists them."""
    site = next(folder.glob("lib/python*/site-packages"), None)
    if site is None or not environment.interpreter.exists():
        return False
    records = list(site.glob("*.dist-info/RECORD"))
    return len(records) >= len(environment.packages) and all(_has_all(site, record) for record in records)


def _has_all(site: Path, record: Path) -> bool:
    with record.open(newline="", encoding="utf-8") as lines:
        names = [row[0] for row in csv.reader(lines) if row and not row[0].endswith(".pyc")]
    return all(os.path.lexists(f"{site}/{name}") for name in names)
