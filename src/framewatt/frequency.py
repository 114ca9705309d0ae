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

_CPUS = "sys/devices/system/cpu"
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

    `most_hz` is the highest clock that cpufreq allows this CPU, `stated_hz` what /proc/cpuinfo says.
    """

    busy_hz: float | None
    method: str | None = None
    reason: str | None = None
    most_hz: float | None = None
    stated_hz: float | None = None

    @property
    def share(self) -> float | None:
        """Busy clock over the highest possible one, at most 1; None where either is unknown."""
        if not self.busy_hz or not self.most_hz:
            return None
        return min(1.0, self.busy_hz / self.most_hz)

    @property
    def below_turbo(self) -> bool:
        """Whether a busy thread gains nothing over the stated clock where the highest is not known."""
        if self.most_hz or not self.busy_hz or not self.stated_hz:
            return False
        return self.busy_hz < _ABOVE_NOMINAL * self.stated_hz


@cache
def busy_frequency() -> Frequency:
    """The clock of one busy thread here: measured once in a process, in some 60 ms."""
    return probe()


def probe(root: Path = Path("/"), machine: str | None = None) -> Frequency:
    """Measure now; `root` is where the host's /sys and /proc are seen, `machine` its architecture."""
    known = Frequency(None, most_hz=_highest(root, "cpuinfo_max_freq"), stated_hz=_stated(root))
    refusal = _no_machine_code(machine or platform.machine())
    if refusal is None:
        try:
            return replace(known, busy_hz=_chain_hz(), method=CHAIN)
        except OSError as error:
            refusal = f"executable memory is refused here ({error.strerror})"
    _spin(_RAMP_SECONDS)
    asked = _highest(root, "scaling_cur_freq")
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
        address = ctypes.addressof(first_byte)
        if not _may_run(address):
            del first_byte
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        run = ctypes.CFUNCTYPE(None, ctypes.c_uint64)(address)
        bursts = [_burst_seconds(run) for _ in range(_BURSTS)]
        del first_byte, run  # the mapping cannot be closed while they point into it
    return _ADDITIONS * _ROUNDS / min(bursts)


def _may_run(address: int) -> bool:
    """Whether the kernel granted what it was asked for: some hardened ones drop the right to run silently."""
    for line in Path("/proc/self/maps").read_text().splitlines():
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


def _highest(root: Path, name: str) -> float | None:
    """The highest of all CPUs' clocks of this name, in Hz."""
    found = []
    for path in (root / _CPUS).glob(f"cpu[0-9]*/cpufreq/{name}"):
        try:
            found.append(int(path.read_text()) * 1e3)
        except (OSError, ValueError):
            continue
    return max(found, default=None)


def _stated(root: Path) -> float | None:
    try:
        lines = (root / "proc/cpuinfo").read_text().splitlines()
        return next((float(line.split(":")[1]) * 1e6 for line in lines if line.startswith("cpu MHz")), None)
    except (OSError, ValueError):
        return None
