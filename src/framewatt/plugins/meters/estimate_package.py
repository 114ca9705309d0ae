"""The estimate in package scope: to stand beside a GPU's counter where the CPU has none.

The same arithmetic as the wall's estimate, on what the processor packages alone draw; its domain is ``cpu``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.metering.host.clock import busy_frequency
from framewatt.metering.power.build import host_model
from framewatt.metering.power.estimating import EstimateMeter
from framewatt.records import Scope

if TYPE_CHECKING:
    from framewatt.records import Host

TITLE = "power model estimate of the CPU package"
RANK = -1
COVERS = ("cpu",)
SCOPE = Scope.PACKAGE


def unavailable(host: Host) -> tuple[str, str] | None:  # noqa: ARG001 - every host can be estimated
    """Never: an unknown machine only widens the interval."""
    return None


def open_meter(host: Host, reserved_cpus: int | None = None) -> EstimateMeter:
    """The estimate for `reserved_cpus` of this host's CPUs (all of them by default)."""
    return EstimateMeter(
        "estimate_package", "cpu", host_model(host, SCOPE, busy_frequency().share), reserved_cpus
    )
