"""What the machine draws when nothing runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.metering.host.cpu_time import nobody
from framewatt.trials.window import metered

if TYPE_CHECKING:
    from framewatt.contracts import Meter


def measure_idle(meter: Meter, seconds: float) -> dict[str, float]:
    """Idle power in W by domain: one window in which we do nothing.

    Raises:
        BadInput: the window was invalid.
    """
    window, _ = metered(meter, nobody, lambda: time.sleep(max(seconds, meter.minimum_window_seconds)))
    if window.reading.invalid:
        raise BadInput(f"idle power could not be measured: {window.reading.invalid}")
    return {domain: joules / window.usage.seconds for domain, joules in window.reading.joules.items()}
