"""The run folder: ``manifest.json`` says what was asked, ``measurements.jsonl`` holds what was found.

Lines are appended and synced one by one, so that a kill loses nothing that was finished; a torn last line is
dropped when the run is opened again. One process writes a run at a time.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from framewatt.errors import BadInput, StoreError, reason_of
from framewatt.records import HostState, Measurement, Phase, Stage, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from framewatt.records import Host, MeterDescription

SCHEMA = "framewatt/run/1"
_MANIFEST = "manifest.json"
_LINES = "measurements.jsonl"


class RunFolder:
    """One run on disk. Records are plain mappings with a ``kind``; measurements have their own type."""

    def __init__(self, path: Path, manifest: Mapping[str, Any]) -> None:
        """Wrap an existing folder; use `create` or `open_run`."""
        self.path = path.resolve()
        self.manifest = dict(manifest)
        self._lock = FileLock(path / ".lock")

    @classmethod
    def create(cls, root: Path, name: str, manifest: Mapping[str, Any]) -> RunFolder:
        """A new folder below `root`, numbered when the name is taken.

        Raises:
            StoreError: the place cannot be written.
        """
        try:
            path = _fresh_folder(root, name)
            run = cls(path, {"schema": SCHEMA, **manifest})
            _write_atomically(path / _MANIFEST, json.dumps(run.manifest, indent=1, default=str))
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
            manifest = json.loads((path / _MANIFEST).read_text())
        except OSError:
            raise BadInput(f"{path}: no run folder ({_MANIFEST} is missing); see --runs-dir") from None
        except ValueError as error:
            raise BadInput(f"{path / _MANIFEST}: truncated or edited: {error}") from None
        if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
            found = manifest.get("schema") if isinstance(manifest, dict) else None
            raise BadInput(
                f"{path}: schema {found!r}, but this framewatt reads {SCHEMA!r}; upgrade framewatt"
            )
        return cls(path, manifest)

    @property
    def logs(self) -> Path:
        """Where workers print."""
        path = self.path / "logs"
        path.mkdir(exist_ok=True)
        return path

    def amend(self, changes: Mapping[str, Any]) -> None:
        """Replace entries of the manifest: what is only known after the run has begun.

        Raises:
            StoreError: it cannot be written.
        """
        self.manifest |= changes
        try:
            _write_atomically(self.path / _MANIFEST, json.dumps(self.manifest, indent=1, default=str))
        except OSError as error:
            raise StoreError(f"{self.path / _MANIFEST}: {error.strerror}") from error

    def require_same(self, sha256: str, host: Host) -> None:
        """Refuse to go on with another model or on another machine.

        Raises:
            BadInput: the model's content or the CPU differs from what the run began with.
        """
        if self.manifest["workload"]["sha256"] != sha256:
            raise BadInput(f"{self.path}: the model has changed since this run began; start a new one")
        began_on = self.manifest["host"]["cpu_model"], self.manifest["host"]["logical_cpus"]
        if began_on != (host.cpu_model, host.logical_cpus):
            raise BadInput(f"{self.path}: this run began on another machine ({began_on[0]})")

    def require_meter(self, meter: MeterDescription) -> None:
        """Refuse to go on with another instrument.

        Raises:
            BadInput: the meter's name, scope or domains differ from those the run began with.
        """
        began = self.manifest["meter"]
        metered_by = (began["name"], began["scope"], sorted(began["domains"]))
        if metered_by != (meter.name, meter.scope, sorted(meter.domains)):
            raise BadInput(
                f"{self.path}: this run was metered by {began['name']} ({began['scope']}: "
                f"{', '.join(began['domains'])}); that meter is not available now"
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

    def append(self, kind: str, record: Mapping[str, Any]) -> None:
        """Add one record and sync it to disk.

        Raises:
            StoreError: the disk is full or gone; what was written before stays.
        """
        try:
            with (self.path / _LINES).open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({"kind": kind, **record}) + "\n")
                lines.flush()
                os.fsync(lines.fileno())
        except OSError as error:
            told = f"{error.strerror}; what was measured stays"
            raise StoreError(f"{self.path / _LINES}: {told}: free some space, then --resume") from error

    def append_measurement(self, measurement: Measurement) -> None:
        """Add one metered window."""
        self.append("measurement", asdict(measurement))

    def records(self, kind: str) -> Iterator[dict[str, Any]]:
        """All records of one kind, oldest first.

        Raises:
            BadInput: a line in the middle is no record: the file was edited, or is gone.
        """
        try:
            lines = (self.path / _LINES).read_bytes().splitlines(keepends=True)
        except OSError as error:
            raise BadInput(f"{self.path}: not a whole run folder: {reason_of(error)}") from None
        for number, line in enumerate(lines, start=1):
            if not line.endswith(b"\n"):
                return  # torn off by a kill or a full disk: it was never finished
            record = self._record(line, number)
            if record.pop("kind") == kind:
                yield record

    def measurements(self) -> list[Measurement]:
        """All metered windows, each once.

        Raises:
            BadInput: see `records`.
        """
        seen: dict[tuple[Any, ...], Measurement] = {}
        for record in self.records("measurement"):
            try:
                measurement = _measurement(record)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise BadInput(f"{self.path / _LINES}: a measurement was edited ({error!r})") from None
            key = (measurement.candidate, measurement.phase, measurement.trial, measurement.block)
            seen[(*key, measurement.window, measurement.started)] = measurement
        return list(seen.values())

    def write(self, name: str, content: bytes) -> Path:
        """Write a rendered file beside the records."""
        path = self.path / name
        try:
            path.write_bytes(content)
        except OSError as error:
            raise StoreError(reason_of(error)) from error
        return path

    def _record(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict) or "kind" not in record:
            raise BadInput(f"{self.path / _LINES}:{number}: not a record; the file was edited")
        return record

    def _drop_torn_line(self) -> None:
        path = self.path / _LINES
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            with path.open("r+b") as lines:
                lines.truncate(whole)


def _measurement(record: dict[str, Any]) -> Measurement:
    latency = record["latency"]
    record.pop("size_bytes", None)  # always null, in runs of before it was dropped
    return Measurement(
        **{
            **record,
            "stage": Stage(record["stage"]),
            "phase": Phase(record["phase"]),
            "usage": Usage(**record["usage"]),
            "host": HostState(**record["host"]),
            "held_whole": tuple(record.get("held_whole", ())),
            "latency": {int(index): count for index, count in latency.items()} if latency else None,
        }
    )


def _fresh_folder(root: Path, name: str) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        path = root / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
        else:
            return path


def _write_atomically(path: Path, text: str) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
