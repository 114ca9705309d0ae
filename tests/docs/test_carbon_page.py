"""The page on carbon keeps its word: every test, plug-in and example that it names is there."""

import io
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from framewatt.cli import cli
from framewatt.discovery import discover

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/carbon.md").read_text()


def test_each_of_the_specifications_ten_points_is_shown_by_a_test() -> None:
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 11))
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    for _, names in rows:
        for name in re.findall(r"`(test_\w+)`", names):
            assert f"def {name}(" in tests, name


def test_every_source_and_format_of_carbon_has_a_line() -> None:
    for name in discover("grids"):
        assert f"(`{name}`)" in PAGE
    for name in ("sci", "sci_json", "if"):
        assert name in discover("reporters")
        assert f"| `{name}` |" in PAGE


def test_the_pages_file_of_components_gives_the_pages_score(tmp_path: Path) -> None:
    (example,) = [block for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "[[comp" in block]
    path = tmp_path / "service.toml"
    path.write_text(example)
    assert "47.5414261691" in CliRunner().invoke(cli, ["sci", str(path)]).output


# -- the command that updates the tables ---------------------------------------------------------------


@pytest.fixture
def update() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "benchmarks/update_carbon_data.py"))


def test_an_update_keeps_the_newest_figure_of_each_country(update: dict[str, Any]) -> None:
    pytest.importorskip("pycountry")
    body = (
        b"Entity,Code,Year,Carbon intensity of electricity\n"
        b"France,FRA,2023,56.0\nFrance,FRA,2024,44.2\nFrance,FRA,2022,90\n"
        b"World,OWID_WRL,2024,470\nKosovo,OWID_KOS,2024,900\nNowhere,,2024,1\nChad,TCD,2024,0\n"
    )
    rows = update["country"](body, "2024")
    assert [(row["iso2"], row["gco2eq_per_kwh"]) for row in rows] == [("FR", "44.2"), ("XK", "900")]


def test_an_update_reads_pounds_per_megawatt_hour_of_the_epa_as_grams(update: dict[str, Any]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "Table 1"
    for row in (
        ("eGRID2023 subregion output emission rates",),
        ("eGRID subregion acronym", "eGRID subregion name", "CO2", "CH4", "N2O", "CO2e"),
        ("CAMX", "WECC California", 428.0, 0.02, 0.003, 430.0),
        ("U.S.", "", 800, 0, 0, 805),
    ):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    rows = update["us_subregion"](file.getvalue(), "2023")
    assert rows == [
        {"subregion": "CAMX", "name": "WECC California", "year": "2023", "gco2eq_per_kwh": 195.04}
    ]


def test_an_update_that_lost_its_rows_is_refused(update: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="only 1 rows"):
        update["_write"]("country", [{"iso2": "FR"}])
