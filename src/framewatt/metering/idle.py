"""What the machine draws when nothing runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.records import Usage

if TYPE_CHECKING:
    from framewatt.contracts import Meter


def measure_idle(meter: Meter, seconds: float) -> dict[str, float]:
    """Idle power in W by domain: one window in which we do nothing.

    Raises:
        BadInput: the window was invalid.
    """
    meter.start()
    started = time.perf_counter()
    time.sleep(max(seconds, meter.minimum_window_seconds))
    elapsed = time.perf_counter() - started
    reading = meter.stop(Usage(elapsed, 0, 0))
    if reading.invalid:
        raise BadInput(f"idle power could not be measured: {reading.invalid}")
    return {domain: joules / elapsed for domain, joules in reading.joules.items()}
