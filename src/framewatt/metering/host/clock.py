"""The clock that one busy thread really runs at: virtual machines hide it, and what the kernel says may lie.

It is measured by a chain of register additions that each wait for the one before. An addition takes one cycle
on every x86-64 processor, so additions per second are the clock; a neighbour on the same core does not slow
them. A burst is short enough to end before the scheduler interferes, and whatever does interfere only slows
it, so the fastest burst counts. (The thread's CPU time would not do: busy virtual machines now and then count
too little of it.) Where no machine code may run, the kernel is asked while a thread is busy.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
import sys
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from framewatt.metering.host.conditions import turbo

_CPUS = "sys/devices/system/cpu"
_MAPS = Path("/proc/self/maps")
_ADD = bytes.fromhex("4801c0")  # add rax, rax
_ADDITIONS, _ROUNDS = 256, 4000  # a burst takes 0.3 ms at 3 GHz
_BURSTS = 200  # long enough for a governor to raise the clock
_BYTES_OF_64_BITS = 8
_RAMP_SECONDS = 0.06
_ABOVE_NOMINAL = 1.05
CHAIN = "a chain of dependent additions, the fastest of 200 bursts"
KERNEL = "cpufreq's scaling_cur_freq while one thread was busy"


@dataclass(frozen=True, slots=True)
class Frequency:
    """Clock of one busy thread in Hz, by which `method`; None with the `reason`.

    `most_hz` is the highest clock that every CPU here reaches with turbo, `stated_hz` the lowest one that
    /proc/cpuinfo says, `turbo` whether the kernel allows more than the nominal clock (None: it does not say).
    """

    busy_hz: float | None
    method: str | None = None
    reason: str | None = None
    most_hz: float | None = None
    stated_hz: float | None = None
    turbo: bool | None = None

    @property
    def share(self) -> float | None:
        """Busy clock over the highest possible one, at most 1; None where either is unknown."""
        if not self.busy_hz or not self.most_hz:
            return None
        return min(1.0, self.busy_hz / self.most_hz)

    @property
    def below_turbo(self) -> bool:
        """Whether turbo is off, or seems to be, and the highest clock is not known.

        It seems to be off where a busy thread gains nothing over the stated clock.
        """
        if self.most_hz:
            return False
        if self.turbo is False:
            return True
        return bool(self.busy_hz and self.stated_hz and self.busy_hz < _ABOVE_NOMINAL * self.stated_hz)


@cache
def busy_frequency() -> Frequency:
    """The clock of one busy thread here: measured once in a process, in some 60 ms."""
    return probe()


def probe(root: Path = Path("/"), machine: str | None = None) -> Frequency:
    """Measure now; `root` is where the host's /sys and /proc are seen, `machine` its architecture."""
    boost = turbo(root)
    most = (
        _highest_without_turbo(root)
        if boost is False
        else min(_clocks(root, "cpuinfo_max_freq"), default=None)
    )
    known = Frequency(None, most_hz=most, stated_hz=_stated(root), turbo=boost)
    refusal = _no_machine_code(machine or platform.machine())
    if refusal is None:
        try:
            return replace(known, busy_hz=_chain_hz(), method=CHAIN)
        except OSError as error:
            refusal = f"executable memory is refused here ({error.strerror})"
    _spin(_RAMP_SECONDS)
    asked = max(_clocks(root, "scaling_cur_freq"), default=None)
    if asked:
        return replace(known, busy_hz=asked, method=KERNEL)
    return replace(known, reason=f"{refusal}, and cpufreq tells no clock")


def _no_machine_code(machine: str) -> str | None:
    if sys.platform != "linux" or machine != "x86_64" or ctypes.sizeof(ctypes.c_void_p) != _BYTES_OF_64_BITS:
        return (
            f"the chain of additions is 64-bit code for x86-64 on Linux, not for {machine} on {sys.platform}"
        )
    return None


def _chain_hz() -> float:
    """Additions per second in the fastest burst."""
    with mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC) as memory:
        memory.write(_machine_code())
        first_byte = ctypes.c_char.from_buffer(memory)
        run = ctypes.CFUNCTYPE(None, ctypes.c_uint64)(ctypes.addressof(first_byte))
        try:
            if not _may_run(ctypes.addressof(first_byte)):
                raise OSError(errno.EACCES, os.strerror(errno.EACCES))
            bursts = [_burst_seconds(run) for _ in range(_BURSTS)]
        finally:
            del first_byte, run  # the mapping cannot be closed while they point into it
    return _ADDITIONS * _ROUNDS / min(bursts)


def _may_run(address: int) -> bool:
    """Whether the kernel granted what it was asked for: some hardened ones drop the right to run silently."""
    for line in _MAPS.read_text(errors="replace").splitlines():
        span, rights = line.split()[:2]
        first, after = (int(end, 16) for end in span.split("-"))
        if first <= address < after:
            return "x" in rights
    return False


def _machine_code() -> bytes:
    """``void chain(uint64_t rounds)``: so many times all additions; only caller-saved registers change."""
    enter = bytes.fromhex("f30f1efa")  # endbr64: a valid target of an indirect call
    loop = _ADD * _ADDITIONS + bytes.fromhex("48ffcf")  # dec rdi
    back = -(len(loop) + 6)
    return enter + loop + b"\x0f\x85" + back.to_bytes(4, "little", signed=True) + b"\xc3"  # jnz loop; ret


def _burst_seconds(run: ctypes._CFunctionType) -> float:
    before = time.perf_counter_ns()
    run(_ROUNDS)
    return (time.perf_counter_ns() - before) / 1e9


def _spin(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def _clocks(root: Path, name: str) -> list[float]:
    """The clocks of this name of all CPUs that tell one, in Hz."""
    clocks = (_number(path) for path in (root / _CPUS).glob(f"cpu[0-9]*/cpufreq/{name}"))
    return [kilohertz * 1e3 for kilohertz in clocks if kilohertz]


def _highest_without_turbo(root: Path) -> float | None:
    """The highest clock that every CPU would reach with turbo, in Hz; None where firmware does not say.

    With turbo off, drivers give the nominal clock as cpuinfo_max_freq. What ACPI's collaborative processor
    performance control says stays: the clock is in proportion to the performance level (Linux
    Documentation/admin-guide/acpi/cppc_sysfs.rst).
    """
    clocks = []
    for folder in (root / _CPUS).glob("cpu[0-9]*/acpi_cppc"):
        highest, nominal, megahertz = (
            _number(folder / name) for name in ("highest_perf", "nominal_perf", "nominal_freq")
        )
        if not (highest and nominal and megahertz):
            return None
        clocks.append(highest * megahertz / nominal * 1e6)
    return min(clocks, default=None)


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _stated(root: Path) -> float | None:
    try:
        lines = (root / "proc/cpuinfo").read_text().splitlines()
        clocks = [float(line.split(":")[1]) * 1e6 for line in lines if line.startswith("cpu MHz")]
    except (OSError, ValueError):
        return None
    return min(clocks, default=None)
