"""`framewatt sci`: the calculator, as people call it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from conftest import hold_to_schema, refused
from framewatt.cli import cli
from framewatt.errors import BadInput

ONE_SERVER = (
    *("--power", "0.33kW", "--time", "1h", "--pue", "1.09", "--embodied", "1200kg", "--lifespan", "26280h"),
    *("--reserved", "1h", "--share", "1/8", "--units", "1000 request"),
)
SERVICE = """
units = "23200 request"
time = "672h"
pue = 1.09
intensity = 420

[[component]]
name = "GPU node"
count = 8
power = "0.33kW"
embodied = "1200kg"
lifespan = "26280h"
share = 1

[[component]]
name = "gateway"
count = 2
power = "25W"
embodied = "600kg"
lifespan = "4years"
share = 1

[[component]]
name = "cache"
power = "10W"
embodied = "0.2 tonne"
lifespan = "35040h"
share = 1
"""


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["sci", *arguments])


def document(*arguments: str) -> dict[str, Any]:
    result = call(*arguments, "--format", "json")
    assert result.exit_code == 0, result.exception
    found: dict[str, Any] = json.loads(result.output)
    hold_to_schema(found, "sci-1")
    return found


def test_one_servers_share_scores_to_the_last_digit() -> None:
    result = call(*ONE_SERVER, "--intensity", "420")
    assert "0.15678176255707763 g per request" in result.output


def test_several_components_from_a_file_score_as_the_worked_example(tmp_path: Path) -> None:
    path = tmp_path / "service.toml"
    path.write_text(SERVICE)
    found = document(str(path))
    assert found["score"]["value"] == pytest.approx(47.5414261691, rel=1e-11)
    assert [check["passed"] for check in found["checks"]] == [True] * len(found["checks"])
    assert found["totals"]["energy"]["value"] == pytest.approx((8 * 0.33 + 2 * 0.025 + 0.01) * 672 * 1.09)


def test_a_year_has_8760_hours() -> None:
    years = document(*ONE_SERVER, "--intensity", "420", "--lifespan", "3years")
    hours = document(*ONE_SERVER, "--intensity", "420", "--lifespan", "26280h")
    assert years["score"] == hours["score"]


@pytest.mark.parametrize("energy", ["0.33kWh", "330 Wh", "1188 kJ", "1.188 MJ", "1188000J"])
def test_energy_is_understood_in_every_unit_of_energy(energy: str) -> None:
    found = document("--energy", energy, "--intensity", "100", "--units", "1 run")
    assert found["operational"]["value"] == pytest.approx(33.0)


@pytest.mark.parametrize("intensity", ["420", "420 g/kWh", "0.42 kgCO2eq/kWh", "0.42 tCO2/MWh"])
def test_intensity_is_understood_with_and_without_its_unit(intensity: str) -> None:
    found = document("--energy", "1kWh", "--intensity", intensity, "--units", "1 run")
    assert found["intensity"]["quantity"]["value"] == pytest.approx(420.0)


def test_a_range_reaches_the_ends_of_the_score() -> None:
    found = document(*ONE_SERVER, "--intensity", "400..440", "--embodied", "1000..1400kg")
    low, high = (
        (0.3597 * intensity + grams / 26280 / 8) / 1000 for intensity, grams in ((400, 1.0e6), (440, 1.4e6))
    )
    assert found["score"]["value"] == pytest.approx(0.15678176255707763)
    assert (found["score"]["low"], found["score"]["high"]) == pytest.approx((low, high))


def test_without_an_intensity_the_score_is_open_and_says_so() -> None:
    result = call(*ONE_SERVER)
    assert result.exit_code == 0
    assert "open" in result.output
    assert "--region" in result.output
    assert document(*ONE_SERVER)["operational"]["value"] is None


def test_without_hardware_only_the_operational_part_is_known() -> None:
    found = document("--energy", "1kWh", "--intensity", "100", "--units", "10 run")
    assert found["operational"]["value"] == 10.0
    assert found["score"]["value"] is None
    assert "operational only" in found["score"]["reason"]


def test_a_region_brings_its_source_basis_and_year() -> None:
    found = document(*ONE_SERVER, "--region", "GB")
    assert "Our World in Data" in found["intensity"]["source"]
    assert found["intensity"]["year"] >= 2024
    assert found["intensity"]["approach"] == "location-based"


def test_an_aws_instance_brings_its_server_and_its_share() -> None:
    found = document(
        *("--power", "10W", "--time", "1h", "--instance", "m5.large", "--intensity", "100"),
        *("--units", "1 run"),
    )
    share = found["components"][0]["resource_share"]
    assert share["value"] == pytest.approx(2 / 96)
    assert found["score"]["low"] < found["score"]["high"]


@pytest.mark.parametrize("option", ["--offset", "--rec", "--ppa", "--eac"])
def test_neutralisation_is_refused_with_the_specifications_reason(option: str) -> None:
    assert "never reduce an SCI score" in refused("sci", *ONE_SERVER, option, "100kg")


def test_neutralisation_in_a_file_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "service.toml"
    path.write_text(SERVICE + "recs = '5 MWh'\n")
    assert "energy attribute certificates" in refused("sci", str(path))


def test_market_based_intensity_is_refused() -> None:
    assert "market-based" in refused("sci", *ONE_SERVER, "--intensity", "10", "--intensity-kind", "market")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--energy", "-1kWh"), "not negative"),
        (("--energy", "nan kWh"), "finite"),
        (("--energy", "inf kWh"), "finite"),
        (("--energy", "0.33"), "unit is missing"),
        (("--energy", "0.33 kg"), "another dimension"),
        (("--energy", "0.33 furlongwatts"), "unknown unit"),
        (("--energy", "much"), "expected a number"),
        (("--energy", "1kWh", "--power", "1W"), "not both"),
        (("--power", "1W"), "or its power and time"),
        (("--energy", "1kWh", "--pue", "0.9"), "below 1"),
        (("--energy", "1kWh", "--share", "9/8"), "RS"),
        (("--energy", "1kWh", "--share", "1/0"), "division by 0"),
        (("--energy", "1kWh", "--share", "0"), "RS"),
        (("--energy", "1kWh", "--intensity", "-5"), "not negative"),
        (("--energy", "1kWh", "--intensity", "99999"), "from 0 to 2000"),
        (("--energy", "1kWh", "--region", "XQ"), "did you mean|known"),
        (("--energy", "1kWh", "--instance", "m5.lrge"), "did you mean m5.large"),
        (("--energy", "1kWh", "--embodied", "3..1 kg"), "must rise"),
        (("--energy", "1kWh", "--lifespan", "0h", "--embodied", "1kg", "--share", "1", "--time", "1h"), "0"),
    ],
)
def test_bad_figures_are_refused_in_one_line(arguments: tuple[str, ...], message: str) -> None:
    given = (*arguments, "--units", "10 request")
    with pytest.raises(BadInput, match=message):
        raise BadInput(refused("sci", *given))


@pytest.mark.parametrize(
    ("units", "message"), [("0 request", "R = 0"), ("1000", "what is counted"), ("-3 request", "above 0")]
)
def test_a_bad_functional_unit_is_refused(units: str, message: str) -> None:
    assert message in refused("sci", "--energy", "1kWh", "--units", units)


def test_a_missing_functional_unit_is_asked_for() -> None:
    assert "R is missing" in refused("sci", "--energy", "1kWh")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("units = ", "not a TOML file"),
        ("units = '1 run'", "no component"),
        ("units = '1 run'\ncomponent = ['1kWh']", "no component"),
        ("units = '1 run'\n[[component]]\nenergie = '1kWh'", "'energie' is not a key"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "service.toml"
    path.write_text(text)
    assert message in refused("sci", str(path))


def test_a_missing_file_is_refused_in_one_line() -> None:
    assert "cannot be read" in refused("sci", "nowhere.toml")


def test_markdown_names_boundary_sources_years_assumptions_and_limitations() -> None:
    page = call(*ONE_SERVER, "--region", "FR", "--format", "markdown").output
    for heading in ("Software boundary", "Functional unit (R)", "Assumptions", "Limitations", "Calculation"):
        assert f"## {heading}" in page
    assert "self-certified" in page
    assert "Our World in Data" in page


def test_a_figure_outside_the_certifiers_bounds_is_warned_of() -> None:
    output = call(*ONE_SERVER, "--intensity", "420", "--pue", "3.5").output
    assert "outside GSF's bounds" in output


def test_the_same_work_is_ranked_elsewhere_and_unlike_bases_are_said() -> None:
    found = document(*ONE_SERVER, "--region", "PL", "--where", "PL,FR,us:CAMX")
    assert [place["region"] for place in found["elsewhere"]] == ["FR", "us:CAMX", "PL"]
    assert any("different bases" in warning for warning in found["warnings"])


def test_all_regions_of_a_source_are_ranked_by_its_name() -> None:
    found = document(*ONE_SERVER, "--region", "PL", "--where", "country")
    assert len(found["elsewhere"]) > 150
    assert "cannot be listed" in refused("sci", *ONE_SERVER, "--region", "PL", "--where", "watttime")


def test_starting_hours_are_ranked_from_an_hourly_file(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    rows = [f"2026-01-01T{hour:02}:00Z,{100 + abs(hour - 13) * 10}" for hour in range(24)]
    path.write_text("\n".join(["datetime,gco2eq_per_kwh", *rows]))
    found = document(*ONE_SERVER, "--intensity", "420", "--when", str(path))
    assert found["starts"][0]["when"].startswith("2026-01-01T13")
    assert "13:00" in call(*ONE_SERVER, "--intensity", "420", "--when", str(path)).output
    assert "how long" in refused("sci", "--energy", "1kWh", "--units", "1 run", "--when", str(path))


def test_a_cloud_regions_published_pue_counts_unless_another_is_stated() -> None:
    arguments = ("--energy", "1kWh", "--units", "1 run", "--region", "aws:eu-west-3")
    published, stated = document(*arguments), document(*arguments, "--pue", "1.0")
    assert published["operational"]["value"] == pytest.approx(1.35 * stated["operational"]["value"])


def test_a_marginal_intensity_is_labelled_and_said() -> None:
    found = document(*ONE_SERVER, "--intensity", "420", "--intensity-kind", "marginal")
    assert found["intensity"]["kind"] == "marginal"
    assert any("marginal intensity" in warning for warning in found["warnings"])


def test_energy_and_hardware_each_name_their_own_source() -> None:
    found = document(
        *("--power", "10W", "--time", "1h", "--instance", "m5.large", "--intensity", "100"),
        *("--units", "1 run"),
    )
    (component,) = found["components"]
    assert component["energy_source"] == "declared by the user"
    assert "Teads" in component["embodied_source"]
