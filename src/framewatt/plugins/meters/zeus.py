"""AMD GPUs through Zeus (``pip install 'framewatt[zeus]'``).

Only what Zeus reads per GPU is taken. Its CPU readings are left alone (psys counts as a CPU there), so is its
``total_energy`` (it sums GPUs only), and a negative reading is a wrap that it did not see.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from framewatt.records import MeterDescription, MeterReading, Provenance, Scope

if TYPE_CHECKING:
    from framewatt.records import Host, Usage

TITLE = "AMD GPU (Zeus)"
RANK = 10
COVERS = ("gpu",)
SCOPE = Scope.PACKAGE
_WINDOW = "framewatt"


def unavailable(host: Host) -> tuple[str, str] | None:
    """Why Zeus reads nothing here, if so."""
    try:
        meter = open_meter(host)
    except ImportError:
        return "the Python package zeus is not installed", "pip install 'framewatt[zeus]'"
    except Exception as error:  # noqa: BLE001 - Zeus raises its drivers' own errors
        return f"Zeus cannot open a device: {error}", "check the device's driver"
    return None if meter.description.domains else ("Zeus sees no device", "check the device's driver")


def open_meter(host: Host, reserved_cpus: int | None = None) -> ZeusMeter:  # noqa: ARG001 - CPUs reserve no GPU
    """Every device that Zeus sees."""
    from zeus.monitor import ZeusMonitor  # noqa: PLC0415 - optional and heavy

    return ZeusMeter(ZeusMonitor(approx_instant_energy=False))


class ZeusMeter:
    """Joules per GPU in a window of Zeus."""

    minimum_window_seconds = 5.0

    def __init__(self, monitor: Any) -> None:
        self._monitor = monitor
        self._opened = 0.0
        domains = [f"gpu-{index}" for index in getattr(monitor, "gpu_indices", [])]
        self.description = MeterDescription(
            "zeus", SCOPE, tuple(domains), Provenance.MEASURED, {"held_whole": domains}
        )

    def start(self) -> None:
        """Open a window."""
        self._opened = time.monotonic()
        self._monitor.begin_window(_WINDOW)

    def stop(self, usage: Usage) -> MeterReading:  # noqa: ARG002 - a counter needs no usage
        """Close the window."""
        seconds = time.monotonic() - self._opened
        try:
            result = self._monitor.end_window(_WINDOW)
        except Exception as error:  # noqa: BLE001 - Zeus raises its drivers' own errors
            return MeterReading(invalid=f"Zeus could not read: {error}")
        joules = {f"gpu-{index}": float(energy) for index, energy in result.gpu_energy.items()}
        wrong = {domain: f"Zeus read {energy:.6g} J" for domain, energy in joules.items() if energy < 0}
        good = {domain: energy for domain, energy in joules.items() if domain not in wrong}
        invalid = None if good else next((f"{gpu}: {why}" for gpu, why in wrong.items()), "no device")
        if seconds < self.minimum_window_seconds:
            invalid = f"the window of {seconds:.3g} s is shorter than 5 s"
        return MeterReading(good, wrong, invalid)

    def idle_watts(self) -> None:
        """Unknown to a counter: it is measured in a window in which nothing runs."""

    def close(self) -> None:
        """Nothing is held."""
