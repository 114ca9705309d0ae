"""Apple Silicon and Jetson through Zeus (``pip install 'framewatt[zeus]'``): a system on one chip.

Zeus counts in mJ, per part where the chip has a counter. Only parts that do not contain one another are
added: a Jetson's total if it has one, else what is known of CPU, GPU, memory and neural engine.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from framewatt.records import MeterDescription, MeterReading, Provenance, Scope

if TYPE_CHECKING:
    from framewatt.records import Host, Usage

TITLE = "Apple Silicon and Jetson (Zeus)"
RANK = 15
COVERS = ("cpu", "dram", "gpu")
SCOPE = Scope.PACKAGE
_WINDOW = "framewatt"
_TOTAL = {"total_energy_mj": "soc"}
_PARTS = {
    **dict.fromkeys(("cpu_total_mj", "cpu_energy_mj"), "soc-cpu"),
    **dict.fromkeys(("gpu_mj", "gpu_energy_mj"), "soc-gpu"),
    "dram_mj": "soc-dram",
    "ane_mj": "soc-ane",
}
_HELD_WHOLE = ("soc-gpu", "soc-ane")  # no share of the CPUs divides these


def unavailable(host: Host) -> tuple[str, str] | None:
    """Why Zeus reads no system on chip here, if so."""
    try:
        meter = open_meter(host)
    except ImportError:
        return "the Python package zeus is not installed", "pip install 'framewatt[zeus]'"
    except Exception as error:  # noqa: BLE001 - Zeus raises its drivers' own errors
        return f"Zeus finds no system on chip: {error}", "it reads Apple Silicon and Jetson only"
    return None if meter.description.domains else ("the chip shows no counter", "update the system")


def open_meter(host: Host, reserved_cpus: int | None = None) -> ZeusSocMeter:
    """The chip that Zeus sees."""
    from zeus.device import get_soc  # noqa: PLC0415 - optional and heavy

    return ZeusSocMeter(get_soc(), min(1.0, (reserved_cpus or host.logical_cpus) / host.logical_cpus))


class ZeusSocMeter:
    """Joules per part of the chip in a window of Zeus."""

    minimum_window_seconds = 5.0

    def __init__(self, chip: Any, reserved_share: float) -> None:
        self._chip = chip
        self._opened = 0.0
        shown = chip.get_available_metrics()
        known = _TOTAL if shown & set(_TOTAL) else _PARTS
        self._domains = {name: known[name] for name in sorted(shown & set(known))}
        self.description = MeterDescription(
            "zeus_soc",
            SCOPE,
            tuple(self._domains.values()),
            Provenance.MEASURED,
            {
                "reserved_share": reserved_share,
                "held_whole": [domain for domain in self._domains.values() if domain in _HELD_WHOLE],
            },
        )

    def start(self) -> None:
        """Open a window."""
        self._opened = time.monotonic()
        self._chip.begin_window(_WINDOW, restart=True)

    def stop(self, usage: Usage) -> MeterReading:  # noqa: ARG002 - a counter needs no usage
        """Close the window."""
        seconds = time.monotonic() - self._opened
        try:
            result = self._chip.end_window(_WINDOW)
        except Exception as error:  # noqa: BLE001 - Zeus raises its drivers' own errors
            return MeterReading(invalid=f"Zeus could not read: {error}")
        joules, faults = {}, {}
        for name, domain in self._domains.items():
            millijoules = getattr(result, name, None)
            if millijoules is None or millijoules < 0:
                faults[domain] = f"Zeus read {millijoules} mJ"
            else:
                joules[domain] = millijoules / 1000
        invalid = next((f"{domain}: {why}" for domain, why in faults.items()), None)
        if seconds < self.minimum_window_seconds:
            invalid = f"the window of {seconds:.3g} s is shorter than 5 s"
        return MeterReading(joules, faults, invalid)

    def idle_watts(self) -> None:
        """Unknown to a counter: it is measured in a window in which nothing runs."""

    def close(self) -> None:
        """Zeus keeps its reader for the life of the process."""
