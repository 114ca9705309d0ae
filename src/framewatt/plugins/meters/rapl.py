"""Package and DRAM energy from Linux powercap (Intel RAPL, and AMD's through the same tree).

Zones are found by their ``name``. Cores and uncore lie inside the package, psys holds everything: neither is
added. A package that shows up twice (MSR and MMIO, or one counter exposed per die) counts once.
Source: Linux Documentation/power/powercap/powercap.rst.
"""

from __future__ import annotations

import os
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.metering.counters import Poller, WrappingCounter
from framewatt.records import MeterDescription, MeterReading, Provenance, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from framewatt.records import Host, Usage

TITLE = "RAPL package and DRAM counters"
RANK = 20
COVERS = ("cpu", "dram")
SCOPE = Scope.PACKAGE

ROOT_VARIABLE = "FRAMEWATT_POWERCAP_ROOT"
_PACKAGE = re.compile(r"package-\d+(-die-\d+)?")
_UPDATE_JITTER_SECONDS = 1.0
_MOST_WATTS = 1000.0  # of one zone that declares no limit: twice the largest package on the market
_OVER_LIMIT = 2.0  # a package may go beyond its declared limits for a moment
_LONGEST_POLL = 10.0
_READS_PER_RANGE = 4
_REWRITE_SECONDS = 0.001
_REMEDY = (
    "let a group of yours read it, e.g. a udev rule "
    '\'SUBSYSTEM=="powercap", ACTION=="add", RUN+="/bin/chgrp -R energy /sys%p", '
    'RUN+="/bin/chmod -R g+r /sys%p"\' (framewatt need not run as root)'
)


@dataclass(frozen=True, slots=True)
class Zone:
    """One powercap zone: its domain name, folder, range in J and the most W it can draw."""

    domain: str
    folder: Path
    range_joules: float
    most_watts: float

    def read(self) -> float:
        """The counter in J.

        Raises:
            OSError: the zone is gone or may not be read.
            ValueError: it says something that is no energy.
        """
        counter = self.folder / "energy_uj"
        text = counter.read_text().strip()
        if not text:  # a tree of files, caught while it was rewritten
            time.sleep(_REWRITE_SECONDS)
            text = counter.read_text().strip()
        if not text.isdigit():
            raise ValueError(f"says {text[:20]!r}, which is no energy")
        joules = int(text) / 1e6
        if joules > self.range_joules:
            raise ValueError(f"says {joules:.6g} J, beyond its range of {self.range_joules:.6g} J")
        return joules


def unavailable(host: Host) -> tuple[str, str] | None:
    """Why there is no readable package zone here, if so."""
    root = _root()
    if not root.is_dir():
        where = "a virtual machine rarely has one" if host.virtual else "is the intel_rapl module loaded?"
        return f"no powercap tree at {root}", f"{where} (set {ROOT_VARIABLE} if it is mounted elsewhere)"
    try:
        zones = find_zones(root)
        for zone in zones:
            zone.read()
    except PermissionError as error:
        return f"permission denied for {error.filename}", _REMEDY
    except (OSError, ValueError) as error:
        return f"a zone below {root} cannot be read: {error}", "check the powercap driver and the kernel log"
    if not any(zone.domain.startswith("package") for zone in zones):
        return f"no package zone below {root}", "load the kernel module intel_rapl_msr"
    return None


def open_meter(host: Host, reserved_cpus: int | None = None) -> RaplMeter:
    """All package and DRAM zones of the machine."""
    share = min(1.0, (reserved_cpus or host.logical_cpus) / host.logical_cpus)
    return RaplMeter(find_zones(_root()), share)


def find_zones(root: Path) -> list[Zone]:
    """Package and DRAM zones, each physical counter once, in the order of their names."""
    zones: dict[str, Zone] = {}
    folders = _folders(root)
    for folder in sorted(folders.values(), key=lambda path: ("mmio" in path.name, path.name)):
        domain = _domain(folders, folder)
        if domain and domain not in zones:
            zones[domain] = _zone(domain, folder)
    return _once(sorted(zones.values(), key=lambda zone: zone.domain))


def _folders(root: Path) -> dict[str, Path]:
    """Every zone's folder by its name, side by side as in /sys/class or nested as in /sys/devices."""
    folders: dict[str, Path] = {}
    waiting = [root]
    while waiting:
        for path in waiting.pop().glob("*rapl*"):
            if path.name not in folders and path.is_dir():
                folders[path.name] = path
                waiting.append(path)
    return {name: path for name, path in folders.items() if (path / "name").is_file()}


def _domain(folders: Mapping[str, Path], folder: Path) -> str | None:
    name = (folder / "name").read_text().strip()
    if _PACKAGE.fullmatch(name):
        return name
    if name == "dram":  # a child: intel-rapl:0:1 belongs to intel-rapl:0
        parent = folders.get(folder.name.rpartition(":")[0])
        package = (parent / "name").read_text().strip() if parent else ""
        return f"dram-{package.removeprefix('package-') or folder.name}"
    return None


def _zone(domain: str, folder: Path) -> Zone:
    range_joules = int((folder / "max_energy_range_uj").read_text()) / 1e6
    return Zone(domain, folder, range_joules, _most_watts(folder))


def _most_watts(folder: Path) -> float:
    """The most that a zone can draw, from its limits: both what may be set and what is set, in uW."""
    declared = [
        int(text) / 1e6
        for kind in ("max_power", "power_limit")
        for path in folder.glob(f"constraint_*_{kind}_uw")
        if (text := _text(path)).isdigit()
    ]
    most = _OVER_LIMIT * max(declared, default=0.0)
    return most if 0 < most < _MOST_WATTS else _MOST_WATTS


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:  # some zones refuse to tell a limit that they name
        return ""


def _once(zones: list[Zone]) -> list[Zone]:
    """Drop a die's zone that repeats another die's counter to the microjoule."""
    kept: list[Zone] = []
    for zone in zones:
        twins = [other for other in kept if "-die-" in zone.domain and "-die-" in other.domain]
        if not any(_same_counter(zone, twin) for twin in twins):
            kept.append(zone)
    return kept


def _same_counter(a: Zone, b: Zone) -> bool:
    def near(first: Zone, second: Zone) -> bool:
        before, between, after = first.read(), second.read(), first.read()
        return before <= between <= after or before == between

    return near(a, b) and near(b, a)


def _root() -> Path:
    return Path(os.environ.get(ROOT_VARIABLE, "/sys/class/powercap"))


class RaplMeter:
    """Joules per zone of a window; a thread reads the counters often enough that no wrap is missed."""

    minimum_window_seconds = _UPDATE_JITTER_SECONDS

    def __init__(
        self,
        zones: Sequence[Zone],
        reserved_share: float = 1.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        polling: bool = True,
    ) -> None:
        self._zones, self._clock = zones, clock
        self._counters = {zone.domain: WrappingCounter(zone.range_joules, zone.most_watts) for zone in zones}
        self._lock = threading.Lock()
        self._opened = 0.0
        interval = min(zone.range_joules / zone.most_watts for zone in zones) / _READS_PER_RANGE
        self._poller = Poller(self.poll, min(interval, _LONGEST_POLL)) if polling else None
        self.description = MeterDescription(
            name="rapl",
            scope=SCOPE,
            domains=tuple(zone.domain for zone in zones),
            provenance=Provenance.MEASURED,
            parameters={"reserved_share": reserved_share},
        )

    def start(self) -> None:
        """Open a window."""
        self._opened = self._clock()
        self._visit(WrappingCounter.open)
        if self._poller:
            self._poller.start()

    def poll(self) -> None:
        """Read every zone once more."""
        self._visit(WrappingCounter.advance)

    def stop(self, usage: Usage) -> MeterReading:  # noqa: ARG002 - a counter needs no usage
        """Close the window."""
        if self._poller:
            self._poller.stop()
        self.poll()
        seconds = self._clock() - self._opened
        faults = {domain: counter.fault for domain, counter in self._counters.items() if counter.fault}
        joules = {domain: counter.joules for domain, counter in self._counters.items() if not counter.fault}
        invalid = next((f"{domain} {fault}" for domain, fault in faults.items()), None)
        if seconds < self.minimum_window_seconds:
            invalid = f"the window of {seconds:.3g} s is shorter than 1 s: the counter's update would blur it"
        return MeterReading(joules=joules, faults=faults, invalid=invalid)

    def idle_watts(self) -> None:
        """Unknown to a counter: it is measured in a window in which nothing runs."""

    def close(self) -> None:
        """Stop the thread."""
        if self._poller:
            self._poller.stop()

    def _visit(self, account: Callable[[WrappingCounter, float, float], None]) -> None:
        with self._lock:
            for zone in self._zones:
                counter = self._counters[zone.domain]
                try:
                    account(counter, self._clock(), zone.read())
                except OSError as error:
                    counter.fail(f"could not be read: {error.strerror or error}")
                except ValueError as error:
                    counter.fail(str(error))
