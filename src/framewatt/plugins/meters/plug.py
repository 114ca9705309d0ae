"""A metering wall plug that speaks HTTP: Tasmota and Shelly energy JSON. What it covers is the wall.

``FRAMEWATT_PLUG_URL`` is the address of its energy JSON, e.g. ``http://plug/cm?cmnd=Status%208`` (Tasmota),
``http://plug/rpc/Switch.GetStatus?id=0`` (Shelly, second generation) or ``http://plug/meter/0`` (first).
A plug counts in steps of up to 1 Wh, so energy is its power integrated; the count must not fall meanwhile.
"""

from __future__ import annotations

import json
import os
import threading
import time
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from framewatt.errors import BadInput
from framewatt.metering.counters import Poller, PowerIntegral
from framewatt.records import MeterDescription, MeterReading, Provenance, Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from framewatt.records import Host, Usage

TITLE = "metering wall plug (Tasmota, Shelly)"
RANK = 100
COVERS = ("cpu", "dram", "gpu", "platform")
SCOPE = Scope.WALL

URL_VARIABLE = "FRAMEWATT_PLUG_URL"
_TIMEOUT_SECONDS = 2.0
_SAMPLE_SECONDS = 1.0
_WIDEST_GAP_SECONDS = 5.0
_JOULES_PER_WH = 3600.0


class PlugState(NamedTuple):
    """What a plug says: power in W and the energy it has counted since its own beginning, in J."""

    watts: float
    total_joules: float


def unavailable(host: Host) -> tuple[str, str] | None:  # noqa: ARG001 - a plug stands beside the host
    """Why no plug can be read, if so."""
    url = os.environ.get(URL_VARIABLE)
    if not url:
        return "no plug is named", f"set {URL_VARIABLE} to the address of its energy JSON, if there is one"
    try:
        read_plug(url)
    except BadInput as error:
        return str(error), f"check {URL_VARIABLE} and the plug's network"
    return None


def open_meter(host: Host, reserved_cpus: int | None = None) -> PlugMeter:
    """The plug at `FRAMEWATT_PLUG_URL`."""
    share = min(1.0, (reserved_cpus or host.logical_cpus) / host.logical_cpus)
    return PlugMeter(os.environ[URL_VARIABLE], share)


def read_plug(url: str, timeout: float = _TIMEOUT_SECONDS) -> PlugState:
    """One reading.

    Raises:
        BadInput: the plug does not answer, or not with energy.
    """
    if not url.startswith(("http://", "https://")):
        raise BadInput(f"{url}: a plug is read over http")
    try:
        with urlopen(url, timeout=timeout) as answer:  # noqa: S310 - the scheme was checked
            return parse_plug(json.load(answer))
    except HTTPError as error:
        raise BadInput(f"the plug at {url} answered {error.code}") from error
    except (URLError, HTTPException, OSError) as error:
        raise BadInput(f"the plug at {url} did not answer within {timeout:g} s ({error})") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise BadInput(f"the plug at {url} answered something that is not energy ({error!r})") from error


def parse_plug(document: Any) -> PlugState:
    """Power and energy from Tasmota's or Shelly's JSON.

    Raises:
        ValueError, KeyError, TypeError, IndexError: it is neither.
    """
    if "StatusSNS" in document:  # Tasmota: kWh
        energy = document["StatusSNS"]["ENERGY"]
        state = PlugState(float(energy["Power"]), float(energy["Total"]) * 1000 * _JOULES_PER_WH)
    elif "aenergy" in document:  # Shelly, second generation: Wh
        state = PlugState(float(document["apower"]), float(document["aenergy"]["total"]) * _JOULES_PER_WH)
    else:  # Shelly, first generation: watt-minutes
        meter = document["meters"][0] if "meters" in document else document
        state = PlugState(float(meter["power"]), float(meter["total"]) * 60.0)
    if not (state.watts >= 0 and state.total_joules >= 0):
        raise ValueError(f"negative power or energy: {state}")
    return state


class PlugMeter:
    """Joules at the wall in a window: the plug's power, read once a second by a sleeping thread."""

    minimum_window_seconds = 10.0

    def __init__(
        self,
        url: str,
        reserved_share: float = 1.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        polling: bool = True,
        timeout: float = _TIMEOUT_SECONDS,
    ) -> None:
        self._url, self._clock, self._timeout = url, clock, timeout
        self._power = PowerIntegral(_WIDEST_GAP_SECONDS)
        self._lock = threading.Lock()
        self._opened, self._total = 0.0, 0.0
        self._fault: str | None = None
        self._last_failure = ""
        self._poller = Poller(self.poll, _SAMPLE_SECONDS) if polling else None
        self.description = MeterDescription(
            name="plug",
            scope=SCOPE,
            domains=("wall",),
            provenance=Provenance.MEASURED,
            parameters={"reserved_share": reserved_share},
        )

    def start(self) -> None:
        """Open a window; a plug that does not answer now makes it invalid."""
        self._opened, self._fault = self._clock(), None
        try:
            state = read_plug(self._url, self._timeout)
        except BadInput as error:
            self._fault = str(error)
            return
        self._total = state.total_joules
        self._power.open(self._clock(), state.watts)
        if self._poller:
            self._poller.start()

    def poll(self) -> None:
        """Read once more; a reading that fails is no reading: only a gap that grows too wide is a fault."""
        try:
            state = read_plug(self._url, self._timeout)
        except BadInput as error:
            self._last_failure = str(error)
            return
        with self._lock:
            if state.total_joules < self._total:
                self._fault = self._fault or "the plug's total fell: it was reset"
            self._total = state.total_joules
            self._power.advance(self._clock(), state.watts)

    def stop(self, usage: Usage) -> MeterReading:  # noqa: ARG002 - a plug needs no usage
        """Close the window."""
        if self._poller:
            self._poller.stop()
        self._last_failure = ""
        if not self._fault:
            self.poll()
        fault = self._fault or self._last_failure or self._power.fault
        if fault:
            return MeterReading(faults={"wall": fault}, invalid=fault)
        seconds = self._clock() - self._opened
        short = f"the window of {seconds:.3g} s is shorter than 10 s: the plug's reading would blur it"
        return MeterReading(
            joules={"wall": self._power.joules},
            invalid=short if seconds < self.minimum_window_seconds else None,
        )

    def idle_watts(self) -> None:
        """Unknown to a plug: it is measured in a window in which nothing runs."""

    def close(self) -> None:
        """Stop the thread."""
        if self._poller:
            self._poller.stop()
