"""The run folder: ``manifest.json`` says what was asked, ``measurements.jsonl`` holds what was found.

Lines are appended and synced one by one, so that a kill loses nothing that was finished; a torn last line is
dropped when the run is opened again. One process writes a run at a time.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, TypeVar

from filelock import FileLock, Timeout

from framewatt.errors import BadInput, StoreError, reason_of
from framewatt.records import Measurement
from framewatt.runs.manifest import SCHEMA, Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from framewatt.records import Host, MeterDescription
    from framewatt.records.stored import Record

_MANIFEST = "manifest.json"
_LINES = "measurements.jsonl"
_EDITED = (KeyError, TypeError, ValueError, AttributeError)
"""What reading plain data back raises where a part is missing, or is another thing than it was."""
_Kind = TypeVar("_Kind", bound="Record")


class RunFolder:
    """One run on disk: its manifest, and its records of every kind (`framewatt.runs.records`)."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """Wrap an existing folder; use `create` or `open_run`."""
        self.path = path.resolve()
        self.manifest = manifest
        self._lock = FileLock(path / ".lock")

    @classmethod
    def create(cls, root: Path, name: str, manifest: Manifest) -> RunFolder:
        """A new folder below `root`, numbered when the name is taken.

        Raises:
            StoreError: the place cannot be written.
        """
        try:
            path = _fresh_folder(root, name)
            run = cls(path, manifest)
            _write_manifest(path, manifest)
            (path / _LINES).touch()
        except OSError as error:
            raise StoreError(f"{root}: the run folder cannot be written: {error.strerror}") from error
        return run

    @classmethod
    def open_run(cls, path: Path) -> RunFolder:
        """An existing run.

        Raises:
            BadInput: not a run folder, a truncated manifest, or one of a newer framewatt.
        """
        try:
            content = json.loads((path / _MANIFEST).read_text())
        except OSError:
            raise BadInput(f"{path}: no run folder ({_MANIFEST} is missing); see --runs-dir") from None
        except ValueError as error:
            raise BadInput(f"{path / _MANIFEST}: truncated or edited: {error}") from None
        schema = content.get("schema") if isinstance(content, dict) else None
        if schema != SCHEMA:
            raise BadInput(
                f"{path}: schema {schema!r}, but this framewatt reads {SCHEMA!r}; upgrade framewatt"
            )
        try:
            return cls(path, Manifest.from_json(content))
        except _EDITED as error:
            raise BadInput(f"{path / _MANIFEST}: truncated or edited ({error!r})") from None

    @property
    def logs(self) -> Path:
        """Where workers print."""
        path = self.path / "logs"
        path.mkdir(exist_ok=True)
        return path

    def amend(self, manifest: Manifest) -> None:
        """Replace the manifest by one that says what is only known after the run has begun.

        Raises:
            StoreError: it cannot be written.
        """
        self.manifest = manifest
        try:
            _write_manifest(self.path, manifest)
        except OSError as error:
            raise StoreError(f"{self.path / _MANIFEST}: {error.strerror}") from error

    def require_same(self, sha256: str, host: Host) -> None:
        """Refuse to go on with another model or on another machine.

        Raises:
            BadInput: the model's content or the CPU differs from what the run began with.
        """
        if self.manifest.workload.sha256 != sha256:
            raise BadInput(f"{self.path}: the model has changed since this run began; start a new one")
        began_on = self.manifest.host
        if (began_on.cpu_model, began_on.logical_cpus) != (host.cpu_model, host.logical_cpus):
            raise BadInput(f"{self.path}: this run began on another machine ({began_on.cpu_model})")

    def require_meter(self, meter: MeterDescription) -> None:
        """Refuse to go on with another instrument.

        Raises:
            BadInput: the meter's name, scope or domains differ from those the run began with.
        """
        began = self.manifest.meter
        metered_by = (began.name, began.scope, sorted(began.domains))
        if metered_by != (meter.name, meter.scope, sorted(meter.domains)):
            raise BadInput(
                f"{self.path}: this run was metered by {began.name} ({began.scope}: "
                f"{', '.join(began.domains)}); that meter is not available now"
            )

    def lock(self) -> None:
        """Become the run's only writer.

        Raises:
            StoreError: another process writes it.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise StoreError(f"{self.path}: another framewatt is writing this run") from None
        self._drop_torn_line()

    def release(self) -> None:
        """Let others write."""
        self._lock.release()

    def append(self, record: Record) -> None:
        """Add one record and sync it to disk.

        Raises:
            StoreError: the disk is full or gone; what was written before stays.
        """
        try:
            with (self.path / _LINES).open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({"kind": record.KIND, **record.to_json()}) + "\n")
                lines.flush()
                os.fsync(lines.fileno())
        except OSError as error:
            reason = f"{error.strerror}; what was measured stays"
            raise StoreError(f"{self.path / _LINES}: {reason}: free some space, then --resume") from error

    def records(self, kind: type[_Kind]) -> Iterator[_Kind]:
        """All records of one kind, oldest first.

        Raises:
            BadInput: a line in the middle is no record, or lacks a part: the file was edited, or is gone.
        """
        try:
            lines = (self.path / _LINES).read_bytes().splitlines(keepends=True)
        except OSError as error:
            raise BadInput(f"{self.path}: not a whole run folder: {reason_of(error)}") from None
        for number, line in enumerate(lines, start=1):
            if not line.endswith(b"\n"):
                return  # torn off by a kill or a full disk: it was never finished
            content = self._line(line, number)
            if content.pop("kind") == kind.KIND:
                yield self._record(kind, content, number)

    def measurements(self) -> list[Measurement]:
        """All metered windows, each once.

        Raises:
            BadInput: see `records`.
        """
        windows: dict[tuple[object, ...], Measurement] = {}
        for measurement in self.records(Measurement):
            key = (measurement.candidate, measurement.phase, measurement.trial, measurement.block)
            windows[(*key, measurement.window, measurement.started)] = measurement
        return list(windows.values())

    def write(self, name: str, content: bytes) -> Path:
        """Write a rendered file beside the records."""
        path = self.path / name
        try:
            path.write_bytes(content)
        except OSError as error:
            raise StoreError(reason_of(error)) from error
        return path

    def _line(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            content = json.loads(line)
        except ValueError:
            content = None
        if not isinstance(content, dict) or "kind" not in content:
            raise BadInput(f"{self.path / _LINES}:{number}: not a record; the file was edited")
        return content

    def _record(self, kind: type[_Kind], content: dict[str, Any], number: int) -> _Kind:
        try:
            return kind.from_json(content)
        except _EDITED as error:
            named = f"{'an' if kind.KIND[0] in 'aeiou' else 'a'} {kind.KIND}"
            raise BadInput(f"{self.path / _LINES}:{number}: {named} was edited ({error!r})") from None

    def _drop_torn_line(self) -> None:
        path = self.path / _LINES
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            with path.open("r+b") as lines:
                lines.truncate(whole)


def _fresh_folder(root: Path, name: str) -> Path:
    if not root.exists():
        root.mkdir(parents=True)
        (root / ".gitignore").write_text("*\n", encoding="utf-8")  # runs are large, and of this machine alone
    number = 1
    while True:
        path = root / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
        else:
            return path


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    """All of it or nothing."""
    path = folder / _MANIFEST
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(manifest.to_json(), indent=1, default=str), encoding="utf-8")
    partial.replace(path)
