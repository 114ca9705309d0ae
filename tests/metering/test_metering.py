import json
from pathlib import Path

import pytest

from framewatt.contracts import Meter
from framewatt.errors import BadInput
from framewatt.metering.accounting import reserved_by_domain
from framewatt.metering.choice import choose_meter
from framewatt.metering.combined import combine
from framewatt.metering.host.inspection import inspect_host
from framewatt.metering.power.platform import platform_remainder
from framewatt.records import MeterDescription, MeterReading, Provenance, Scope, Usage
from framewatt.studies.measure.command import MeteredCommand


def _recording(path: Path, *windows: object, scope: str = "package", name: str = "rapl") -> Path:
    header = {"name": name, "scope": scope, "provenance": "measured", "domains": ["package-0"]}
    path.write_text("\n".join(json.dumps(row) for row in (header, *windows)))
    return path


def test_recorded_watts_come_back_as_joules_and_the_end_is_no_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = {"watts": {"package-0": 50}}, {"joules": {"package-0": 7}}
    monkeypatch.setenv("FRAMEWATT_REPLAY", str(_recording(tmp_path / "r.jsonl", *windows)))
    meter = choose_meter("replay", inspect_host())
    assert [meter.stop(Usage(3, 0, 0)).joules for _ in range(2)] == [{"package-0": 150}, {"package-0": 7}]
    assert meter.stop(Usage(3, 0, 0)).invalid == "the recording has ended"


@pytest.mark.parametrize("text", ["", "{}", "nonsense", "[1]"])
def test_a_file_that_is_no_recording_is_refused_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "r.jsonl").write_text(text)
    monkeypatch.setenv("FRAMEWATT_REPLAY", str(tmp_path / "r.jsonl"))
    with pytest.raises(BadInput, match=r"r\.jsonl:1"):
        choose_meter("replay", inspect_host())


def test_wall_and_package_joules_are_never_added() -> None:
    host = inspect_host()
    meters = [choose_meter("estimate", host), choose_meter("estimate_package", host)]
    with pytest.raises(BadInput, match="do not add up"):
        combine(meters)


def test_meters_of_one_scope_add_their_domains_and_carry_the_weakest_provenance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _recording(tmp_path / "r.jsonl", {"joules": {"package-0": 7}})
    monkeypatch.setenv("FRAMEWATT_REPLAY", str(path))
    meter = choose_meter("replay+estimate_package", inspect_host())
    meter.start()
    reading = meter.stop(Usage(1, 1, 0))
    assert set(reading.joules) == {"package-0", "cpu"}
    assert meter.description.provenance is Provenance.ESTIMATED


def test_the_same_part_of_a_machine_is_not_counted_twice() -> None:
    with pytest.raises(BadInput, match="twice"):
        choose_meter("estimate+estimate_package", inspect_host())


def test_a_quarter_reserved_answers_for_its_dynamic_energy_and_a_quarter_of_idle() -> None:
    # 10 s at 30 W, of which 20 W are idle: 100 J above idle and a quarter of 200 J.
    assert reserved_by_domain({"package-0": 300}, {"package-0": 20}, 10, 0.25) == {"package-0": 150}


def test_a_domain_of_unknown_idle_power_is_left_out() -> None:
    assert reserved_by_domain({"package-0": 300, "dram-0": 50}, {"package-0": 20}, 10, 1) == {
        "package-0": 300
    }


def test_a_domain_that_no_share_was_said_of_is_held_whole() -> None:
    assert reserved_by_domain({"package-0": 300}, {"package-0": 20}, 10, {}) == {"package-0": 300}


class _Gpu:
    """A counter of 40 J a window on a GPU that draws 10 W when idle."""

    minimum_window_seconds = 0.0
    description = MeterDescription(
        "nvml", Scope.PACKAGE, ("gpu-0",), Provenance.MEASURED, {"held_whole": ["gpu-0"]}
    )

    def start(self) -> None:
        """Nothing to open."""

    def stop(self, usage: Usage) -> MeterReading:  # noqa: ARG002 - the protocol's
        """The same every time."""
        return MeterReading({"gpu-0": 40.0})

    def idle_watts(self) -> None:
        """It is measured."""

    def close(self) -> None:
        """Nothing is held."""


def _run(meter: Meter, idle_watts: dict[str, float]) -> MeteredCommand:
    usage = Usage(2.0, 1.0, 0.0)
    reading = meter.stop(usage)
    return MeteredCommand(("work",), 0, usage, None, reading, meter.description, idle_watts)


def test_with_half_of_the_cpus_a_gpu_s_idle_counts_whole_and_an_estimate_s_once() -> None:
    host = inspect_host()
    estimate = choose_meter("estimate_package", host, reserved_cpus=max(1, host.logical_cpus // 2))
    idle = estimate.idle_watts() or {}
    run = _run(combine([_Gpu(), estimate]), {"gpu-0": 10.0, **idle})
    (joules,) = estimate.stop(run.usage).joules.values()
    assert run.energy().value == pytest.approx(40 + joules)
    assert run.marginal_energy().value == pytest.approx(40 - 2 * 10 + joules - 2 * idle["cpu"])


def test_a_domain_without_idle_power_is_noted_and_not_dropped_in_silence() -> None:
    run = _run(combine([_Gpu(), choose_meter("estimate_package", inspect_host())]), {"cpu": 1.0})
    (note,) = run.notes()
    assert note.startswith("gpu-0: its idle power could not be measured")


def test_the_platform_remainder_is_a_range_with_its_source() -> None:
    remainder = platform_remainder(100)
    assert remainder.low == pytest.approx(25)
    assert remainder.high == pytest.approx(47.06, rel=1e-3)
    assert remainder.reason
