"""Does an NVIDIA GPU's energy counter agree with its power, integrated?

    python benchmarks/gpu_counter.py [--seconds 15]

Three loads (none, a steady matrix product, one that comes and goes) are metered by framewatt's `nvml`. In the
same windows, what NVML tells of power is read every 20 ms and integrated: `nvmlDeviceGetPowerUsage`, which on
boards since Ampere (GA100 excepted) is an average over a second, and the momentary
`NVML_FI_DEV_POWER_INSTANT`. Prints joules, their ratios to the counter's, and in what steps and how often the
counter moves. Needs a GPU, nvidia-ml-py and PyTorch with CUDA.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pynvml

from framewatt.metering.choice import choose_meter
from framewatt.metering.host.inspection import inspect_host
from framewatt.records import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SIDE = 8192
SAMPLE_SECONDS = 0.02
BURST_SECONDS, PAUSE_SECONDS = 0.3, 0.5
SETTLE_SECONDS = 3.0


def main() -> None:
    """Meter every load in both ways, one row each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=15.0)
    seconds = parser.parse_args().seconds
    pynvml.nvmlInit()
    gpu = pynvml.nvmlDeviceGetHandleByIndex(0)
    print(f"{pynvml.nvmlDeviceGetName(gpu)}, driver {pynvml.nvmlSystemGetDriverVersion()}")
    print(f"\n{'load':10}{'seconds':>9}{'counter':>12}{'mean':>9}{'average power':>22}{'instant power':>22}")
    for name, load in {"none": time.sleep, "steady": steady, "bursts": bursts}.items():
        load(SETTLE_SECONDS)
        print(f"{name:10}{row(gpu, load, seconds)}", flush=True)
    print("\nsteps of the counter")
    for name, load in {"none": time.sleep, "steady": steady}.items():
        print(f"{name:10}{cadence(gpu, load)}", flush=True)


def row(gpu: Any, load: Callable[[float], object], seconds: float) -> str:
    """One window: the counter's joules, and both integrals with their ratio to it."""
    meter = choose_meter("nvml", inspect_host())
    sampler = Sampler(lambda: (average_watts(gpu), instant_watts(gpu)))
    sampler.start()
    meter.start()
    begun = time.monotonic()
    load(seconds)
    ended = time.monotonic()
    reading = meter.stop(Usage(ended - begun, 0.0, 0.0))
    when, watts = sampler.stop()
    meter.close()
    if reading.invalid or not reading.joules:
        return f"{ended - begun:9.2f}  invalid: {reading.invalid}"
    counted = reading.joules["gpu-0"]
    integrals = [integral(when, column, begun, ended) for column in watts.T]
    told = "".join(f"{f'{joules:.1f} J, {joules / counted:.4f}×':>22}" for joules in integrals)
    return f"{ended - begun:9.2f}{counted:10.1f} J{counted / (ended - begun):7.1f} W{told}"


def average_watts(gpu: Any) -> float:
    """What nvmlDeviceGetPowerUsage gives."""
    return float(pynvml.nvmlDeviceGetPowerUsage(gpu)) / 1e3


def instant_watts(gpu: Any) -> float:
    """The momentary power; not a number where the driver does not tell it."""
    (field,) = pynvml.nvmlDeviceGetFieldValues(gpu, [pynvml.NVML_FI_DEV_POWER_INSTANT])
    return float(field.value.uiVal) / 1e3 if field.nvmlReturn == pynvml.NVML_SUCCESS else float("nan")


class Sampler:
    """Reads powers in a thread, every 20 ms, from `start` to `stop`."""

    def __init__(self, read: Callable[[], tuple[float, ...]]) -> None:
        self._read, self._stopped = read, threading.Event()
        self._samples: list[tuple[float, ...]] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin, with one sample taken already."""
        self._samples.append((time.monotonic(), *self._read()))
        self._thread.start()

    def stop(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The times in s, and one column of watts for each power."""
        self._stopped.set()
        self._thread.join()
        samples = np.array([*self._samples, (time.monotonic(), *self._read())])
        return samples[:, 0], samples[:, 1:]

    def _run(self) -> None:
        while not self._stopped.wait(SAMPLE_SECONDS):
            self._samples.append((time.monotonic(), *self._read()))


def integral(when: NDArray[np.float64], watts: NDArray[np.float64], begun: float, ended: float) -> float:
    """Joules between two moments, by the trapezoidal rule."""
    inside = np.concatenate([[begun], when[(when > begun) & (when < ended)], [ended]])
    return float(np.trapezoid(np.interp(inside, when, watts), inside))


def steady(seconds: float) -> None:
    """Multiply matrices without a pause."""
    import torch

    a, b = (torch.randn(SIDE, SIDE, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(20):
            a @ b
        torch.cuda.synchronize()


def bursts(seconds: float) -> None:
    """Multiply matrices for a while, and rest for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        steady(BURST_SECONDS)
        time.sleep(max(0.0, min(PAUSE_SECONDS, end - time.monotonic())))


def cadence(gpu: Any, load: Callable[[float], object], seconds: float = 4.0) -> str:
    """How often the counter moves, and by how much, while `load` runs."""
    running = threading.Thread(target=load, args=(seconds,), daemon=True)
    running.start()
    moves: list[tuple[float, int]] = []
    last = pynvml.nvmlDeviceGetTotalEnergyConsumption(gpu)
    while running.is_alive():
        now = pynvml.nvmlDeviceGetTotalEnergyConsumption(gpu)
        if now != last:
            moves.append((time.monotonic(), now - last))
            last = now
        time.sleep(0.0005)
    gaps = [1e3 * (later[0] - earlier[0]) for earlier, later in pairwise(moves)]
    if not gaps:
        return "did not move"
    steps = [step for _, step in moves]
    return (
        f"every {statistics.median(gaps):.1f} ms ({min(gaps):.1f} to {max(gaps):.1f}), "
        f"by {statistics.median(steps):.0f} mJ ({min(steps)} to {max(steps)}), {len(moves)} moves"
    )


if __name__ == "__main__":
    main()
