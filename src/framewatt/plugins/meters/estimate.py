"""Energy estimated from CPU seconds and the share of an idle machine that the work reserves.

For machines without counters, most cloud machines among them. Its domain is ``host``; its joules are
*reserved* energy: the idle power of the CPUs that the work holds, and the dynamic power of the CPU
seconds it used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.metering.host.clock import busy_frequency
from framewatt.metering.power.build import host_model
from framewatt.metering.power.estimating import EstimateMeter
from framewatt.records import Scope

if TYPE_CHECKING:
    from framewatt.records import Host

TITLE = "power model estimate"
RANK = 0
COVERS = ("cpu", "dram", "platform")
SCOPE = Scope.WALL


def unavailable(host: Host) -> tuple[str, str] | None:  # noqa: ARG001 - every host can be estimated
    """Never: an unknown machine only widens the interval."""
    return None


def open_meter(host: Host, reserved_cpus: int | None = None) -> EstimateMeter:
    """The estimate for `reserved_cpus` of this host's CPUs (all of them by default)."""
    return EstimateMeter("estimate", "host", host_model(host, SCOPE, busy_frequency().share), reserved_cpus)
