"""What a metered command prints says what its meter sees: a GPU's counter does not see the machine."""

from __future__ import annotations

from typing import Any

import pytest

from framewatt.records import Provenance, Quantity
from framewatt.reports.pages.catalogue import pages_of
from framewatt.reports.rendering import rendered

UNITS = {
    "energy": "J",
    "marginal_energy": "J",
    "seconds": "s",
    "cpu_seconds": "s",
    "user_seconds": "s",
    "system_seconds": "s",
    "peak_memory": "B",
}


def metered(domains: list[str], accounting: str) -> dict[str, Any]:
    """A command that used one of every unit."""
    return {
        "schema": "framewatt/measure/1",
        **{name: Quantity(1.0, unit, Provenance.MEASURED).to_json() for name, unit in UNITS.items()},
        "accounting": accounting,
        "reserved_cpus": 16,
        "faults": {},
        "notes": [],
        "meter": {"name": "nvml", "scope": "package", "domains": domains, "provenance": "measured"},
    }


@pytest.mark.parametrize(
    ("domains", "accounting", "told"),
    [
        (["gpu-0"], "whole machine", "1.00 J by the whole GPU (measured)"),
        (["gpu-0"], "reserved", "Energy is all that the GPU drew"),
        (["gpu-0", "gpu-1"], "whole machine", "Energy is of the whole set of 2 GPUs"),
        (["gpu-0", "cpu"], "whole machine", "1.00 J by the whole machine (measured)"),
        (["gpu-0", "cpu"], "reserved", "Energy is the idle share of 16 CPUs"),
    ],
)
def test_energy_is_said_to_be_of_what_the_meter_sees(domains: list[str], accounting: str, told: str) -> None:
    assert told in rendered(pages_of(metered(domains, accounting)), "text")
