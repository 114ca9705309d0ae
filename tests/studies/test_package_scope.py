"""A whole study on a package counter: its windows, its idle machine, and a score that adds the platform."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psutil
import pytest
from click.testing import CliRunner

from conftest import STAND_INS, hold_to_schema, write_perceptron
from framewatt.cli import cli
from framewatt.metering.power.platform import SOURCE
from framewatt.runs.folder import RunFolder
from framewatt.runs.records import IdlePower

if TYPE_CHECKING:
    from collections.abc import Iterator

IDLE_WATTS, JOULES_PER_CPU_SECOND = 20.0, 40.0
HARDWARE = '[hardware]\nembodied = "1200 kg"\nlifespan = "4 years"\nreserved_share = "1/8"\n'


class LivePackage:
    """A powercap zone that gains 20 W of idle and 40 J for each CPU second of this process's children."""

    def __init__(self, root: Path) -> None:
        zone = root / "intel-rapl:0"
        zone.mkdir(parents=True)
        (zone / "name").write_text("package-0\n")
        (zone / "max_energy_range_uj").write_text("262143328850\n")
        self._file = os.open(zone / "energy_uj", os.O_CREAT | os.O_RDWR, 0o644)
        self._joules, self._when = 100.0, time.monotonic()
        self._seen: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._advance()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        os.close(self._file)

    def _run(self) -> None:
        while not self._stop.wait(0.02):
            self._advance()

    def _advance(self) -> None:
        now = time.monotonic()
        self._joules += IDLE_WATTS * (now - self._when) + JOULES_PER_CPU_SECOND * self._newly_used()
        self._when = now
        os.pwrite(self._file, f"{round(self._joules * 1e6):015d}\n".encode(), 0)

    def _newly_used(self) -> float:
        used = 0.0
        for child in psutil.Process().children(recursive=True):
            try:
                spent = sum(child.cpu_times()[:2])
            except psutil.Error:
                continue
            used += max(0.0, spent - self._seen.get(child.pid, 0.0))
            self._seen[child.pid] = spent
        return used


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One study decided by carbon, metered by a package counter."""
    folder = tmp_path_factory.mktemp("study")
    with pytest.MonkeyPatch.context() as patch, LivePackage(folder / "powercap"):
        patch.setenv("FRAMEWATT_POWERCAP_ROOT", str(folder / "powercap"))
        patch.setenv("FRAMEWATT_PLUGINS", str(STAND_INS))
        patch.setenv("FRAMEWATT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        patch.chdir(folder)
        (folder / "framewatt.toml").write_text(HARDWARE)
        model = write_perceptron(folder / "tiny.onnx")
        options = ["--frameworks", "faithful,wasteful", "--env", "current", "--meter", "rapl"]
        options += ["--objective", "carbon", "--intensity", "300", "--budget", "4s", "--format", "json"]
        result = CliRunner().invoke(cli, ["select", str(model), *options])
        assert result.exit_code == 0, result.output
        yield Path(json.loads(result.stdout)["run"])


def report(run: Path, *options: str) -> dict[str, Any]:
    result = CliRunner().invoke(cli, ["report", str(run), "--format", "json", *options])
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    hold_to_schema(document, "decision-1")
    return document


def faithful(document: dict[str, Any]) -> dict[str, Any]:
    return next(dict(row) for row in document["candidates"] if row["framework"] == "faithful")


def test_energy_is_measured_and_of_the_package_and_said_so(run: Path) -> None:
    document = report(run)
    energy = faithful(document)["energy_per_unit"]
    assert (energy["provenance"], energy["scope"]) == ("measured", "package")
    assert document["meter"]["name"] == "rapl"
    assert "energy-estimated" not in {warning["code"] for warning in document["warnings"]}


def test_the_idle_machine_was_metered_before_the_race(run: Path) -> None:
    (idle,) = RunFolder.open_run(run).records(IdlePower)
    assert idle.watts["package-0"] == pytest.approx(IDLE_WATTS, rel=0.1)


def test_a_score_adds_the_platform_remainder_as_a_range_of_its_own(run: Path) -> None:
    row = faithful(report(run))
    package, remainder = row["energy_per_unit"], row["platform_remainder"]
    assert remainder["low"] == pytest.approx(package["value"] * 0.25)
    assert remainder["high"] == pytest.approx(package["value"] * (1 / 0.68 - 1))
    assert (remainder["provenance"], remainder["reason"]) == ("published", SOURCE)
    grams = row["sci"]["operational"]
    assert grams["value"] == pytest.approx((package["value"] + remainder["value"]) / 3.6e6 * 300)
    assert grams["low"] < grams["value"] < grams["high"]
    assert row["sci"]["score"]["value"] == pytest.approx(grams["value"] + row["sci"]["embodied"]["value"])


def test_the_reader_is_told_what_the_counter_does_not_see(run: Path) -> None:
    told = {warning["code"]: warning["message"] for warning in report(run)["warnings"]}
    assert "25 to 47 %" in told["platform-remainder"]


def test_a_disclosure_names_the_source_of_the_platform_remainder(run: Path) -> None:
    result = CliRunner().invoke(cli, ["report", str(run), "--format", "sci_json"])
    assert result.exit_code == 0, result.output
    assert SOURCE in json.dumps(json.loads(result.stdout), ensure_ascii=False)


def test_what_the_platform_adds_above_idle_is_not_published_so_the_consequential_score_stays_open(
    run: Path,
) -> None:
    score = faithful(report(run, "--view", "consequential", "--intensity", "600"))["sci"]["score"]
    assert score["value"] is None
    assert "package scope" in score["reason"]


def test_a_launch_phase_too_short_for_the_counter_is_unknown_with_the_reason(run: Path) -> None:
    phases = faithful(report(run))["phases"]
    load = phases["load"]
    assert load["duration"]["value"] < 1
    assert load["energy"]["value"] is None
    assert "shorter than 1 s" in load["energy"]["reason"]


def test_windows_are_as_long_as_the_counter_needs(run: Path) -> None:
    folder = RunFolder.open_run(run)
    steady = [m for m in folder.measurements() if m.phase == "steady"]
    assert folder.manifest.window_seconds == 1.0
    assert steady
    asked, valid = (
        {(m.candidate, m.trial, m.block, m.window) for m in windows}
        for windows in (steady, [m for m in steady if not m.invalid])
    )
    assert asked == valid  # on a loaded machine one may be repeated
