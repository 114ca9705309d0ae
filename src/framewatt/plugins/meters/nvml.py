"""NVIDIA GPU energy through NVML: the total-energy counter, else power integrated at a random phase.

The counter moves every 20 to 100 ms and on A100/H100 power is sampled a quarter of the time, so a window
lasts at least 5 s. Needs ``nvidia-ml-py``. Source: NVML API reference, nvmlDeviceGetTotalEnergyConsumption.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from framewatt.metering.counters import Poller, PowerIntegral, WrappingCounter
from framewatt.records import MeterDescription, MeterReading, Provenance, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from framewatt.records import Host, Usage

TITLE = "NVIDIA GPU energy (NVML)"
RANK = 20
COVERS = ("gpu",)
SCOPE = Scope.PACKAGE

_MOST_WATTS = 2000.0
_NEVER_WRAPS = 2.0**63  # the counter is 64 bits of mJ
_SAMPLE_SECONDS = 0.1  # the sensor's own update on most boards
_WIDEST_GAP_SECONDS = 1.0


def unavailable(host: Host) -> tuple[str, str] | None:  # noqa: ARG001 - the driver knows
    """Why no NVIDIA GPU can be read here, if so."""
    try:
        import pynvml  # noqa: PLC0415 - optional
    except ImportError:
        return "the Python package nvidia-ml-py is not installed", "pip install 'framewatt[nvidia]'"
    try:
        pynvml.nvmlInit()
        return _nothing_to_read(*_open_gpus(pynvml))
    except pynvml.NVMLError_LibraryNotFound:
        return "no NVIDIA driver library (libnvidia-ml.so.1)", "install the NVIDIA driver, if there is a GPU"
    except pynvml.NVMLError_FunctionNotFound:
        return "the NVIDIA driver is too old for this query", "update the driver"
    except pynvml.NVMLError as error:
        return f"NVML refuses: {error}", "check nvidia-smi, the driver and the container's device access"


def _nothing_to_read(gpus: list[_Gpu], refused: Mapping[str, str]) -> tuple[str, str] | None:
    if gpus:
        return None
    if refused:
        reasons = "; ".join(f"{gpu} {why}" for gpu, why in refused.items())
        return f"no GPU tells energy or power ({reasons})", "check nvidia-smi, the driver and access to it"
    return "the NVIDIA driver sees no GPU", "check the container's device access"


def open_meter(host: Host, reserved_cpus: int | None = None) -> NvmlMeter:  # noqa: ARG001 - CPUs reserve no GPU
    """Every GPU that tells its energy or power; the others are named in the notes."""
    import pynvml  # noqa: PLC0415 - optional

    pynvml.nvmlInit()
    gpus, refused = _open_gpus(pynvml)
    return NvmlMeter(pynvml, gpus, refused)


def _open_gpus(nvml: Any) -> tuple[list[_Gpu], dict[str, str]]:
    """The GPUs that can be read, and why the others cannot."""
    gpus, refused = [], {}
    for index in range(nvml.nvmlDeviceGetCount()):
        try:
            gpus.append(_open_gpu(nvml, index))
        except nvml.NVMLError as error:
            refused[f"gpu-{index}"] = f"cannot be read ({error}): its energy is not in the reading"
    return gpus, refused


class _Gpu:
    """One GPU: how it is read, the account of the current window, and what to know about it."""

    def __init__(self, domain: str, read: Callable[[], float], *, counts: bool, notes: list[str]) -> None:
        self.domain, self.read, self.counts, self.notes = domain, read, counts, notes
        self.account = (
            WrappingCounter(_NEVER_WRAPS, _MOST_WATTS) if counts else PowerIntegral(_WIDEST_GAP_SECONDS)
        )


def _open_gpu(nvml: Any, index: int) -> _Gpu:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)

    def energy() -> float:
        return float(nvml.nvmlDeviceGetTotalEnergyConsumption(handle)) / 1e3

    def power() -> float:
        return float(nvml.nvmlDeviceGetPowerUsage(handle)) / 1e3

    notes = _notes(nvml, handle)
    try:
        energy()
    except (nvml.NVMLError_NotSupported, nvml.NVMLError_FunctionNotFound):
        power()
        notes.append("no energy counter: power is integrated")
        return _Gpu(f"gpu-{index}", power, counts=False, notes=notes)
    return _Gpu(f"gpu-{index}", energy, counts=True, notes=notes)


def _notes(nvml: Any, handle: Any) -> list[str]:
    """What makes a reading cover more than the work: other processes, and slices of a partitioned GPU."""
    notes = []
    try:
        if nvml.nvmlDeviceGetMigMode(handle)[0] == nvml.NVML_DEVICE_MIG_ENABLE:
            notes.append("MIG is on: the reading is of the whole GPU, not of one slice")
    except nvml.NVMLError:  # boards without MIG say so with an error
        pass
    try:
        if len(nvml.nvmlDeviceGetComputeRunningProcesses(handle)) > 0:
            notes.append("shared: other processes were using the GPU when the meter was opened")
    except (nvml.NVMLError, getattr(nvml, "NVMLLibraryMismatchError", nvml.NVMLError)):  # an older driver
        notes.append("cannot tell whether other processes share the GPU")
    return notes


class NvmlMeter:
    """Joules per GPU of a window; GPUs without a counter are sampled by a sleeping thread."""

    minimum_window_seconds = 5.0

    def __init__(
        self,
        nvml: Any,
        gpus: list[_Gpu],
        refused: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        polling: bool = True,
    ) -> None:
        self._nvml, self._gpus, self._clock = nvml, gpus, clock
        self._lock = threading.Lock()
        self._opened = 0.0
        sampled = any(not gpu.counts for gpu in gpus)
        self._poller = Poller(self.poll, _SAMPLE_SECONDS) if polling and sampled else None
        self.description = MeterDescription(
            name="nvml",
            scope=SCOPE,
            domains=tuple(gpu.domain for gpu in gpus),
            provenance=Provenance.MEASURED,
            parameters={
                "held_whole": [gpu.domain for gpu in gpus],
                "notes": {gpu.domain: gpu.notes for gpu in gpus if gpu.notes}
                | {gpu: [why] for gpu, why in (refused or {}).items()},
            },
        )

    def start(self) -> None:
        """Open a window."""
        self._opened = self._clock()
        self._faults: dict[str, str] = {}
        for gpu in self._gpus:
            self._read(gpu, lambda gpu, when, value: gpu.account.open(when, value))
        if self._poller:
            self._poller.start()

    def poll(self) -> None:
        """Sample the power of GPUs without a counter."""
        with self._lock:
            for gpu in self._gpus:
                if not gpu.counts:
                    self._read(gpu, lambda gpu, when, value: gpu.account.advance(when, value))

    def stop(self, usage: Usage) -> MeterReading:  # noqa: ARG002 - a counter needs no usage
        """Close the window."""
        if self._poller:
            self._poller.stop()
        for gpu in self._gpus:
            self._read(gpu, lambda gpu, when, value: gpu.account.advance(when, value))
            if gpu.account.fault:
                self._faults.setdefault(gpu.domain, gpu.account.fault)
            elif gpu.counts and gpu.account.joules == 0:
                self._faults.setdefault(gpu.domain, "the energy counter stood still")
        joules = {gpu.domain: gpu.account.joules for gpu in self._gpus if gpu.domain not in self._faults}
        seconds = self._clock() - self._opened
        invalid = None if joules else next((f"{gpu} {why}" for gpu, why in self._faults.items()), "no GPU")
        if seconds < self.minimum_window_seconds:
            invalid = f"the window of {seconds:.3g} s is shorter than 5 s: the GPU's counter would blur it"
        return MeterReading(joules=joules, faults=dict(self._faults), invalid=invalid)

    def idle_watts(self) -> None:
        """Unknown to a counter: it is measured in a window in which nothing runs."""

    def close(self) -> None:
        """Leave NVML."""
        if self._poller:
            self._poller.stop()
        self._nvml.nvmlShutdown()

    def _read(self, gpu: _Gpu, account: Callable[[_Gpu, float, float], None]) -> None:
        try:
            account(gpu, self._clock(), gpu.read())
        except self._nvml.NVMLError as error:
            self._faults.setdefault(gpu.domain, f"could not be read: {error}")
