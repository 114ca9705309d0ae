import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conftest import hold_to_schema
from framewatt import power_model
from framewatt.cli import cli, main
from framewatt.records import MeterDescription, Provenance, Scope
from framewatt.studies.doctor import trust

BUSY = "import time\nwhile time.process_time() < 0.6: pass"


def _measure(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(cli, ["measure", "--meter", "estimate", "--format", "json", *arguments])
    document: dict[str, Any] = json.loads(result.output)
    return document


def test_measure_matches_its_schema_and_calls_an_estimate_an_estimate() -> None:
    document = _measure("--", sys.executable, "-c", BUSY)
    hold_to_schema(document, "measure-1")
    assert document["energy"]["provenance"] == "estimated"
    assert document["energy"]["low"] < document["energy"]["value"] < document["energy"]["high"]
    assert document["cpu_seconds"]["value"] >= 0.6


def test_a_busy_loop_has_more_energy_above_idle_than_sleep() -> None:
    busy, asleep = _measure("--", sys.executable, "-c", BUSY), _measure("--", "sleep", "0.7")
    assert busy["marginal_energy"]["value"] > 10 * asleep["marginal_energy"]["value"]


def test_measure_passes_the_exit_code_on() -> None:
    arguments = ["measure", "--meter", "estimate", "--", sys.executable, "-c", "raise SystemExit(7)"]
    assert CliRunner().invoke(cli, arguments).exit_code == 7


def test_no_text_calls_an_estimate_measured_energy() -> None:
    measured = CliRunner().invoke(cli, ["measure", "--meter", "estimate", "--", "true"]).output
    assert "estimated" in measured
    assert "measured energy" not in measured


def test_children_that_were_waited_for_are_counted() -> None:
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}])"
    assert _measure("--", sys.executable, "-c", child)["cpu_seconds"]["value"] >= 0.6


def test_a_missing_program_is_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["framewatt", "measure", "--meter", "estimate", "--", "no-such-program"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_doctor_matches_its_schema_and_names_a_remedy_for_every_meter_that_does_not_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMEWATT_POWERCAP_ROOT", str(tmp_path / "none"))
    document = json.loads(CliRunner().invoke(cli, ["doctor", "--format", "json"]).output)
    hold_to_schema(document, "doctor-1")
    assert all(meter["works"] or meter["remedy"] for meter in document["meters"])


def test_doctor_says_plainly_that_energy_is_estimated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMEWATT_POWERCAP_ROOT", str(tmp_path / "none"))
    output = " ".join(CliRunner().invoke(cli, ["doctor", "--details"]).output.split())
    assert "Energy here is estimated" in output
    assert "no powercap tree" in output
    assert "SPECpower" in output


def test_doctor_shows_the_clock_that_a_busy_thread_really_runs_at() -> None:
    document = json.loads(CliRunner().invoke(cli, ["doctor", "--format", "json"]).output)
    busy = document["frequency"]["busy"]
    text = " ".join(CliRunner().invoke(cli, ["doctor", "--details"]).output.split())
    if busy["value"] is None:
        assert busy["reason"] in text
    else:
        assert (busy["unit"], busy["provenance"]) == ("Hz", "measured")
        assert f"{busy['value'] / 1e9:.2f} GHz, measured" in text


def test_a_counter_beside_an_estimate_is_said_to_be_the_exception() -> None:
    model = power_model("AMD EPYC 7742", cores=64, scope="package")
    both = MeterDescription(
        "nvml+estimate_package",
        Scope.PACKAGE,
        ("gpu-0", "cpu"),
        Provenance.ESTIMATED,
        {"provenances": {"gpu-0": "measured", "cpu": "estimated"}},
    )
    assert "except gpu-0" in trust(model, both)


def test_peak_memory_is_the_command_s_own_and_not_ours() -> None:
    small, large = (
        _measure("--", sys.executable, "-c", f"import time; x = bytearray({size}); time.sleep(0.3)")
        for size in (10, 300_000_000)
    )
    assert small["peak_memory"]["value"] < 30e6
    assert large["peak_memory"]["value"] > 300e6
