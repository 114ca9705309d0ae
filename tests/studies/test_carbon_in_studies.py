"""Carbon through a whole study: looked up once, charged to every candidate, seen from other places later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from conftest import STAND_INS, hold_to_schema, write_perceptron
from framewatt.cli import cli
from framewatt.metering.accounting import reserved_joules
from framewatt.records import Phase
from framewatt.runs.carbon_basis import stored_basis
from framewatt.runs.folder import RunFolder
from framewatt.runs.replay import cost_of

if TYPE_CHECKING:
    from collections.abc import Iterator

HARDWARE = """
[hardware]
embodied = "900..1500 kg"
lifespan = "4 years"
reserved_share = "1/8"
"""
FRAMEWORKS = ["--frameworks", "faithful,wasteful", "--env", "current"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One study decided by carbon, of a machine that framewatt.toml describes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMEWATT_PLUGINS", str(STAND_INS))
        patch.setenv("FRAMEWATT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        folder = tmp_path_factory.mktemp("study")
        patch.chdir(folder)
        (folder / "framewatt.toml").write_text(HARDWARE)
        model = write_perceptron(folder / "tiny.onnx")
        options = ["--objective", "carbon", "--region", "FR", "--budget", "20s", "--format", "json"]
        result = CliRunner().invoke(cli, ["select", str(model), *FRAMEWORKS, *options])
        assert result.exit_code == 0, result.output
        (folder / "framewatt.toml").unlink()
        yield Path(json.loads(result.stdout)["run"])


def report(run: Path, *options: str) -> dict[str, Any]:
    result = CliRunner().invoke(cli, ["report", str(run), "--format", "json", *options])
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    hold_to_schema(document, "decision-1")
    return document


def rendered(run: Path, *options: str) -> str:
    result = CliRunner().invoke(cli, ["report", str(run), *options])
    assert result.exit_code == 0, result.output
    return result.stdout


def told(run: Path, *options: str) -> str:
    """The same on one line."""
    return " ".join(rendered(run, *options).split())


def faithful(document: dict[str, Any]) -> dict[str, Any]:
    return next(dict(row) for row in document["candidates"] if row["framework"] == "faithful")


def codes(document: dict[str, Any]) -> set[str]:
    return {warning["code"] for warning in document["warnings"]}


def test_the_described_machine_is_charged_for_the_time_that_the_work_holds_it(run: Path) -> None:
    row = faithful(report(run))
    embodied, seconds = row["sci"]["embodied"], row["seconds_per_unit"]
    expected = 1.2e6 * seconds["value"] / 3600 / 35040 / 8
    assert embodied["value"] == pytest.approx(expected)
    assert embodied["low"] < embodied["value"] < embodied["high"]
    assert row["sci"]["score"]["value"] == pytest.approx(
        row["sci"]["operational"]["value"] + embodied["value"]
    )


def test_a_race_for_carbon_is_run_on_grams_and_rebuilt_from_what_the_run_stored(run: Path) -> None:
    folder = RunFolder.open_run(run)
    cost = cost_of(folder.manifest, stored_basis(folder.manifest))
    assert folder.manifest.carbon
    intensity = folder.manifest.carbon["intensity"]["value"]
    windows = [m for m in folder.measurements() if m.phase is Phase.STEADY]
    assert windows
    for window in windows:
        operational = reserved_joules(window) / 3.6e6 * intensity
        embodied = 1.2e6 * window.usage.seconds / 3600 / 35040 / 8
        assert cost(window) == pytest.approx(operational + embodied)
    document = report(run)
    rows = {row["framework"]: row for row in document["candidates"]}
    assert document["objective"] == "carbon"
    assert rows["wasteful"]["sci"]["score"]["value"] > rows["faithful"]["sci"]["score"]["value"]
    assert rows["wasteful"]["id"] not in document["selected"]


def test_another_region_changes_the_operational_part_in_the_ratio_of_the_intensities_and_nothing_else(
    run: Path,
) -> None:
    here, there = report(run, "--region", "FR"), report(run, "--region", "PL")
    mine, theirs = faithful(here), faithful(there)
    assert theirs["energy_per_unit"] == mine["energy_per_unit"]
    assert theirs["sci"]["embodied"] == mine["sci"]["embodied"]
    intensities = [document["carbon"]["intensity"]["value"] for document in (here, there)]
    assert theirs["sci"]["operational"]["value"] / mine["sci"]["operational"]["value"] == pytest.approx(
        intensities[1] / intensities[0]
    )
    assert all(document["carbon"][key] for document in (here, there) for key in ("source", "year"))
    assert "decided-elsewhere" in codes(there)
    assert "decided-elsewhere" not in codes(here)


def test_a_pue_multiplies_the_energy_and_stays_with_the_run(run: Path) -> None:
    plain, loaded = faithful(report(run)), faithful(report(run, "--pue", "1.5"))
    assert loaded["sci"]["operational"]["value"] == pytest.approx(1.5 * plain["sci"]["operational"]["value"])
    assert loaded["energy_per_unit"] == plain["energy_per_unit"]
    assert loaded["sci"]["embodied"] == plain["sci"]["embodied"]


def test_the_consequential_view_takes_marginal_energy_and_leaves_the_hardware_out(run: Path) -> None:
    row = faithful(report(run, "--view", "consequential", "--intensity", "600"))
    assert row["sci"]["score"]["value"] == pytest.approx(
        row["marginal_energy_per_unit"]["value"] / 3.6e6 * 600
    )
    assert "sunk" in row["sci"]["embodied"]["reason"]
    average = faithful(report(run, "--view", "consequential"))
    assert average["sci"]["score"]["value"] is None
    assert "never mixed" in average["sci"]["score"]["reason"]


def test_a_countrys_figure_for_a_cloud_region_is_a_warning_in_the_document(run: Path) -> None:
    document = report(run, "--region", "aws:eu-west-3")
    told = [warning["message"] for warning in document["warnings"] if warning["code"] == "grid-intensity"]
    assert any("country's (FR) stands in" in sentence for sentence in told)
    disclosure = rendered(run, "--region", "aws:eu-west-3", "--format", "sci")
    assert disclosure.count("country's (FR) stands in") == 1


def test_regions_are_ranked_for_the_chosen_work_with_its_own_among_them(run: Path) -> None:
    document = report(run, "--where", "PL,SE")
    places = document["carbon"]["elsewhere"]
    assert [place["region"] for place in places] == ["SE", "FR", "PL"]
    own = next(place for place in places if place["region"] == "FR")
    assert own["operational"]["value"] == pytest.approx(
        document["candidates"][0]["sci"]["operational"]["value"]
    )
    assert ", PL " in told(run, "--where", "PL,SE")
    assert "## The same work elsewhere" in rendered(run, "--where", "PL,SE", "--format", "sci")


def test_all_regions_of_a_source_are_ranked_by_its_name_and_a_few_of_them_told(run: Path) -> None:
    assert len(report(run, "--where", "country")["carbon"]["elsewhere"]) > 150
    shown = told(run, "--where", "country")
    sentence = shown[shown.index("The same work elsewhere") :].partition(". ")[0]
    assert 4 <= sentence.count("×") <= 5  # the lowest three, the highest, and where it ran


def test_hours_of_a_table_are_ranked_for_a_job_of_the_stated_time(run: Path, tmp_path: Path) -> None:
    table = tmp_path / "day.csv"
    hours = [f"2026-01-01T{hour:02}:00+00:00,{figure}" for hour, figure in enumerate((300, 100, 50, 200))]
    table.write_text("datetime,gco2eq_per_kwh\n" + "\n".join(hours) + "\n")
    starts = report(run, "--when", str(table), "--time", "2h")["carbon"]["starts"]
    assert [start["intensity"]["value"] for start in starts] == [75, 125, 200]
    assert starts[0]["when"] == "2026-01-01T01:00:00+00:00"
    assert "2026-01-01T01:00:00" in told(run, "--when", str(table), "--time", "2h")
    refused = CliRunner().invoke(cli, ["report", str(run), "--when", str(table)])
    assert refused.exit_code == 2
    assert "--time" in refused.stderr


def test_the_runs_manifest_for_impact_framework_has_the_score_of_every_candidate(run: Path) -> None:
    document = yaml.safe_load(rendered(run, "--format", "if"))
    assert "sci" in json.dumps(document["initialize"]["plugins"])


def test_without_a_region_the_operational_part_is_absent_and_said_so(
    stand_ins: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stand_ins
    monkeypatch.chdir(tmp_path)
    (tmp_path / "framewatt.toml").write_text(HARDWARE)
    path = study(tiny_model)
    row = faithful(report(path))
    assert row["sci"]["operational"]["value"] is None
    assert "--region" in row["sci"]["operational"]["reason"]
    assert row["sci"]["embodied"]["value"] > 0
    assert "Carbon: framewatt report" in told(path)
    assert "no region was given" in told(path, "--details")


def test_a_live_source_is_asked_once_and_a_report_needs_it_no_more(
    stand_ins: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stand_ins
    monkeypatch.chdir(tmp_path)
    asked: list[str] = []
    from framewatt.carbon import intensity

    look_up = intensity.resolve_intensity

    def counted(region: str | None, *arguments: Any, **options: Any) -> Any:
        asked.append(str(region))
        return look_up(region, *arguments, **options)

    monkeypatch.setattr(intensity, "resolve_intensity", counted)
    path = study(tiny_model, "--region", "FR")
    first = report(path)
    assert asked == ["FR"]
    assert first["carbon"]["region"] == "FR"


def test_a_study_whose_live_source_fails_keeps_its_energies_and_says_why_carbon_is_open(
    stand_ins: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stand_ins
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WATTTIME_USERNAME", raising=False)
    path = study(tiny_model, "--region", "watttime:CAISO_NORTH")
    row = faithful(report(path))
    assert row["energy_per_unit"]["value"] > 0
    assert "WATTTIME_USERNAME" in row["sci"]["operational"]["reason"]
    assert faithful(report(path, "--region", "FR"))["sci"]["operational"]["value"] > 0
    again = CliRunner().invoke(cli, ["report", str(path), "--region", "watttime:CAISO_NORTH"])
    assert again.exit_code == 2
    assert "WATTTIME_USERNAME" in again.stderr


@pytest.mark.parametrize(
    ("options", "hardware", "expected"),
    [
        (["--objective", "carbon"], HARDWARE, "--region"),
        (["--objective", "carbon", "--region", "FR"], "", "[hardware]"),
        (["--objective", "carbon", "--region", "FR", "--view", "consequential"], HARDWARE, "attributional"),
        (["--region", "FRR"], "", "FRR"),
        (["--region", "FR", "--pue", "0.9"], "", "PUE"),
        (["--view", "sideways"], "", "attributional, consequential"),
        (["--region", "FR"], "[hardware]\nembodied = '5 kWh'\n", "kWh"),
    ],
)
def test_carbon_that_cannot_be_computed_is_refused_before_anything_is_measured(  # noqa: PLR0913, PLR0917
    options: list[str],
    hardware: str,
    expected: str,
    stand_ins: Path,
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert stand_ins
    monkeypatch.chdir(tmp_path)
    (tmp_path / "framewatt.toml").write_text(hardware)
    result = CliRunner().invoke(cli, ["select", str(tiny_model), *FRAMEWORKS, *options])
    assert result.exit_code == 2
    assert expected in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "framewatt-runs").exists()


def study(model: Path, *options: str) -> Path:
    arguments = ["select", str(model), "--frameworks", "faithful", "--env", "current", "--budget", "1s"]
    result = CliRunner().invoke(cli, [*arguments, "--format", "json", *options])
    assert result.exit_code in {0, 1}, result.output
    return Path(json.loads(result.stdout)["run"])


def test_the_run_keeps_the_machines_description_and_its_basis(run: Path) -> None:
    manifest = RunFolder.open_run(run).manifest
    assert manifest.hardware
    assert manifest.carbon
    assert manifest.hardware["embodied"] == "900..1500 kg"
    assert manifest.carbon["region"] == "FR"
