import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest

from framewatt.errors import BadInput
from framewatt.plugins.meters import plug
from framewatt.records import Usage

USAGE = Usage(10, 1, 0)


class _Plug(BaseHTTPRequestHandler):
    code: ClassVar[int] = 200
    body: ClassVar[bytes] = b""
    release: ClassVar[threading.Event] = threading.Event()
    slow: ClassVar[bool] = False

    def do_GET(self) -> None:
        if self.slow:
            self.release.wait(10)
        self.send_response(self.code)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        pass


@pytest.fixture
def device() -> Iterator[type[_Plug]]:
    handler: Any = type("_OnePlug", (_Plug,), {"release": threading.Event()})
    server = HTTPServer(("127.0.0.1", 0), handler)
    handler.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield handler
    handler.release.set()
    server.shutdown()
    thread.join()
    server.server_close()


def _says(device: Any, watts: float, watt_hours: float) -> None:
    device.body = json.dumps({"apower": watts, "aenergy": {"total": watt_hours}}).encode()


def _meter(device: Any, clock: list[float], timeout: float = 2.0) -> plug.PlugMeter:
    return plug.PlugMeter(device.url, clock=lambda: clock[0], polling=False, timeout=timeout)


def test_100_w_for_20_s_read_2000_j_at_the_wall(device: Any) -> None:
    clock = [0.0]
    meter = _meter(device, clock)
    _says(device, 100, 5.0)
    meter.start()
    for second in range(1, 21):
        clock[0] = second
        meter.poll()
    reading = meter.stop(USAGE)
    assert reading.invalid is None
    assert reading.joules == {"wall": pytest.approx(2000)}


def test_a_plug_that_answers_500_makes_the_window_invalid(device: Any) -> None:
    clock = [0.0]
    meter = _meter(device, clock)
    _says(device, 100, 5.0)
    meter.start()
    device.code, clock[0] = 500, 12.0
    reading = meter.stop(USAGE)
    assert "answered 500" in str(reading.invalid)
    assert reading.joules == {}


def test_a_plug_that_falls_silent_for_too_long_leaves_no_joule(device: Any) -> None:
    clock = [0.0]
    meter = _meter(device, clock)
    _says(device, 100, 5.0)
    meter.start()
    clock[0] = 12.0
    reading = meter.stop(USAGE)
    assert "no power was read for 12 s" in str(reading.invalid)
    assert reading.joules == {}


def test_a_total_that_fell_is_a_reset(device: Any) -> None:
    clock = [0.0]
    meter = _meter(device, clock)
    _says(device, 100, 5.0)
    meter.start()
    _says(device, 100, 0.1)
    clock[0] = 1.0
    meter.poll()
    assert "reset" in str(meter.stop(USAGE).invalid)


def test_a_slow_plug_is_given_up_with_a_reason(device: Any) -> None:
    device.slow = True
    meter = _meter(device, [0.0], timeout=0.1)
    meter.start()
    assert "did not answer within 0.1 s" in str(meter.stop(USAGE).invalid)


@pytest.mark.parametrize("body", [b"", b"not json", b"{}", b"[]", b'{"apower": -1, "aenergy": {"total": 1}}'])
def test_an_answer_that_is_no_energy_is_refused(device: Any, body: bytes) -> None:
    device.body = body
    with pytest.raises(BadInput, match="not energy"):
        plug.read_plug(device.url)


@pytest.mark.parametrize(
    ("document", "joules"),
    [
        ({"StatusSNS": {"ENERGY": {"Power": 42, "Total": 1.5}}}, 5.4e6),
        ({"apower": 42, "aenergy": {"total": 1500}}, 5.4e6),
        ({"power": 42, "total": 90000}, 5.4e6),
        ({"meters": [{"power": 42, "total": 90000}]}, 5.4e6),
    ],
)
def test_tasmota_and_both_shelly_generations_are_understood(document: Any, joules: float) -> None:
    state = plug.parse_plug(document)
    assert state.watts == 42
    assert state.total_joules == pytest.approx(joules)
