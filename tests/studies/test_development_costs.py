"""What development costs: the network's declared energy, the phases of a launch, the table of both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import stats

from conftest import STAND_INS, hold_to_schema, refused, write_perceptron
from framewatt.candidates.locks import locked_bytes
from framewatt.carbon.network import PUBLISHED, network_of
from framewatt.cli import cli
from framewatt.decision import build_decision
from framewatt.records import Phase, Provenance, Quantity
from framewatt.reports.page import Page
from framewatt.reports.pages.development import development_parts
from framewatt.reports.text.page import page_lines
from framewatt.runs.folder import RunFolder
from framewatt.runs.request import SelectRequest
from framewatt.studies.select import decide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.decision import Decision


@pytest.fixture(scope="module")
def decision(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decision]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMEWATT_PLUGINS", str(STAND_INS))
        patch.setenv("FRAMEWATT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        folder = tmp_path_factory.mktemp("study")
        yield from decide(
            SelectRequest.of(
                source=str(write_perceptron(folder / "tiny.onnx")),
                frameworks="faithful,wasteful",
                environment="current",
                budget=40,
                max_regret=0,
                network_energy="0.01..0.03",
                runs_dir=str(folder / "runs"),
            )
        )


def test_the_published_range_is_what_its_sources_say() -> None:
    low = 0.06 * 0.5 ** ((2022 - 2015) / 2)  # Aslan et al. 2018, halved every two years
    assert (PUBLISHED.intensity.low, PUBLISHED.intensity.high) == pytest.approx((low, 0.059))
    assert PUBLISHED.intensity.provenance is Provenance.PUBLISHED
    assert "10.1111/jiec.12630" in PUBLISHED.source


def test_a_gigabyte_takes_what_was_declared_and_says_that_it_is_not_this_machine_s() -> None:
    found = network_of("0.01..0.03 kWh/GB").energy(Quantity(2e9, "B", Provenance.PUBLISHED))
    assert (found.low, found.value, found.high) == pytest.approx((0.02 * 3.6e6, 0.04 * 3.6e6, 0.06 * 3.6e6))
    assert found.provenance is Provenance.DECLARED
    assert "not on this machine" in str(found.reason)


def test_bytes_that_are_not_known_have_no_energy_but_a_reason() -> None:
    found = PUBLISHED.energy(Quantity.unknown("B", "its environment was not built"))
    assert found.value is None
    assert found.reason == "its environment was not built"


@pytest.mark.parametrize("stated", ["lots", "-1", "3 kg", "0.5..0.1"])
def test_a_factor_that_is_none_is_refused_in_one_line(stated: str) -> None:
    assert "--network-energy" in refused("frameworks", "--network-energy", stated)


def test_the_list_of_frameworks_says_what_each_download_takes() -> None:
    shown = CliRunner().invoke(cli, ["frameworks", "--format", "json", "--network-energy", "0.02"])
    document = json.loads(shown.stdout)
    row = next(row for row in document["frameworks"] if row["name"] == "onnxruntime")
    expected = (locked_bytes("onnxruntime") or 0) / 1e9 * 0.02 * 3.6e6
    assert row["download_energy"]["value"] == pytest.approx(expected)
    assert document["network"]["source"] == "declared by the user"
    hold_to_schema(document, "frameworks-1")


def test_a_run_keeps_its_network_factor_and_a_report_replaces_it(decision: Decision) -> None:
    assert decision.document["network"]["intensity"]["value"] == pytest.approx(0.02)
    run = RunFolder.open_run(path_of(decision))
    again = build_decision(run, network=network_of(0.5)).document["network"]
    assert again["intensity"]["value"] == pytest.approx(0.5)
    shown = CliRunner().invoke(cli, ["report", str(run.path), "--format", "json", "--network-energy", "0.7"])
    assert json.loads(shown.stdout)["network"]["intensity"]["value"] == pytest.approx(0.7)


def test_an_edit_run_loop_is_import_load_and_first_result_of_the_warm_launches(decision: Decision) -> None:
    chosen = next(row for row in decision.candidates if len(seconds_of(decision, row["id"], "import")) > 1)
    steps = {phase: seconds_of(decision, chosen["id"], phase) for phase in ("import", "load", "compile")}
    launches = np.sum([steps["import"], steps["load"], steps["compile"]], axis=0)
    expected = stats.gmean(launches[1:])
    assert chosen["phases"]["edit_run"]["duration"]["value"] == pytest.approx(expected)
    assert chosen["phases"]["edit_run"]["duration"]["provenance"] == "measured"
    assert chosen["phases"]["edit_run"]["energy"]["provenance"] == "estimated"


def test_without_an_environment_of_its_own_nothing_is_downloaded_and_that_is_said(decision: Decision) -> None:
    for name in ("download", "install", "first_import", "second_import"):
        energy = decision.candidates[0]["phases"][name]["energy"]
        assert energy["value"] is None
        assert energy["reason"] == "the user's own interpreter was used as it is"


@pytest.mark.parametrize(("width", "titles"), [(80, 6), (110, 8)])
def test_the_table_holds_a_line_for_each_framework_and_one_for_its_converter(width: int, titles: int) -> None:
    rows = [a_row("Small", 40e6, None), a_row("Large", 300e6, 900e6), a_row("Large", 300e6, 900e6)]
    network = {
        "intensity": {"value": 0.02, "low": 0.01, "high": 0.03, "provenance": "declared"},
        "source": "me",
    }
    page = Page("Use Small.", body=tuple(development_parts(rows, network)))
    lines = [line.plain for line in page_lines(page, width)]
    assert len(lines[2].replace("1st import", "first").replace("2nd import", "second").split()) >= titles
    assert [line.split()[0] for line in lines[3:6]] == ["Small", "Large", "its"]
    assert "900 MB" in lines[5]
    assert max(map(len, lines)) <= width
    assert "0.02 (0.01 to 0.03) kWh/GB, declared: me." in "\n".join(lines)


def path_of(decision: Decision) -> Path:
    return Path(str(decision.document["run"]))


def seconds_of(decision: Decision, candidate: str, phase: str) -> list[float]:
    found = RunFolder.open_run(path_of(decision)).measurements()
    return [m.usage.seconds for m in found if m.candidate == candidate and m.phase is Phase(phase)]


def a_row(title: str, size: float, converter: float | None) -> dict[str, Any]:
    def figure(value: float | None) -> dict[str, Any]:
        return {"value": value, "provenance": "measured" if value else None}

    def phase(number: float | None = None) -> dict[str, Any]:
        return {"bytes": figure(number), "energy": figure(5.0), "duration": figure(2.0)}

    names = ("install", "convert_install", "first_import", "second_import", "compile", "edit_run")
    phases = {**{name: phase() for name in names}, "download": phase(size)}
    phases["convert_download"] = phase(converter)
    return {"framework": title.lower(), "title": title, "version": "1", "phases": phases}
