"""`framewatt analyse`: a verdict over somebody else's table, or one line that says what is wrong with it."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import stats

from conftest import hold_to_schema, refused
from framewatt.cli import cli

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    Rows = Sequence[tuple[object, ...]]

A = [10.1, 9.9, 10.3, 10.0, 9.8, 10.2]
B = [13.2, 12.9, 13.4, 13.0, 12.7, 13.3]
COLUMNS = ("--candidate", "name", "--energy", "energy")


def _write(folder: Path, rows: Rows, header: str = "name,energy,block") -> Path:
    path = folder / "runs.csv"
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def _clean(folder: Path) -> Path:
    rows = [row for block in range(6) for row in (("a", A[block], block), ("b", B[block], block))]
    return _write(folder, rows)


def _analyse(path: Path, *options: str) -> dict[str, Any]:
    arguments = ["analyse", str(path), *COLUMNS, *options, "--format", "json"]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.output)
    hold_to_schema(document, "analyse-1")
    return document


def test_a_clean_tables_ratio_and_interval_are_those_of_welch_in_scipy(tmp_path: Path) -> None:
    (group,) = _analyse(_clean(tmp_path))["groups"]
    expected = stats.ttest_ind(np.log(A), np.log(B), equal_var=False)
    ratio = group["ratios"][0]["ratio"]
    assert group["verdict"] == "winner"
    assert group["selected"] == ["a"]
    assert ratio["value"] == pytest.approx(stats.gmean(A) / stats.gmean(B), rel=1e-9)
    ends = expected.confidence_interval(0.95)
    assert (ratio["low"], ratio["high"]) == pytest.approx((math.exp(ends.low), math.exp(ends.high)), rel=1e-9)


def test_with_blocks_they_are_those_of_the_paired_t_test(tmp_path: Path) -> None:
    (group,) = _analyse(_clean(tmp_path), "--block", "block")["groups"]
    ends = stats.ttest_rel(np.log(A), np.log(B)).confidence_interval(0.95)
    ratio = group["ratios"][0]["ratio"]
    assert (ratio["low"], ratio["high"]) == pytest.approx((math.exp(ends.low), math.exp(ends.high)), rel=1e-9)


def test_three_candidates_share_the_error_between_two_comparisons(tmp_path: Path) -> None:
    third = [value * 1.5 for value in A]
    rows: Rows = [(name, value, 0) for name, sample in (("a", A), ("b", B), ("c", third)) for value in sample]
    (group,) = _analyse(_write(tmp_path, rows))["groups"]
    ends = stats.ttest_ind(np.log(A), np.log(B), equal_var=False).confidence_interval(0.975)
    ratio = group["ratios"][0]["ratio"]
    assert (ratio["low"], ratio["high"]) == pytest.approx((math.exp(ends.low), math.exp(ends.high)), rel=1e-9)


def test_a_warming_cache_is_non_stationary_and_gives_no_winner_by_the_mean(tmp_path: Path) -> None:
    falling = [336, 180, 95, 50, 31, 24, 21, 19.6, 19.2, 19]
    rows = [("slow", 400.0 + index % 3, 0) for index in range(10)]
    rows += [("cached", value, 0) for value in falling]
    (group,) = _analyse(_write(tmp_path, rows))["groups"]
    assert group["verdict"] == "undecided"
    assert group["selected"] == ["cached"]
    assert group["regret"]["value"] is None
    assert "not stationary" in group["reason"]
    assert [(one["code"], one["candidate"]) for one in group["warnings"]] == [("non-stationary", "cached")]


def test_the_time_column_orders_the_runs(tmp_path: Path) -> None:
    rows = [("a", 20 - index, f"2026-01-01T00:{index:02}:00") for index in range(9)][::-1]
    rows += [("b", 40 + index % 2, f"2026-01-01T01:{index:02}:00") for index in range(9)]
    shuffled = [rows[index] for index in np.random.default_rng(1).permutation(len(rows))]
    path = _write(tmp_path, list(shuffled), "name,energy,when")
    (group,) = _analyse(path, "--time", "when")["groups"]
    assert "20 to 12" in group["warnings"][0]["message"]


def test_each_combination_of_by_columns_gets_its_own_verdict(tmp_path: Path) -> None:
    rows = [("a", value, "m1") for value in A] + [("b", value, "m1") for value in B]
    rows += [("a", value, "m2") for value in B] + [("b", value, "m2") for value in A]
    groups = _analyse(_write(tmp_path, list(rows), "name,energy,model"), "--by", "model")["groups"]
    assert [(group["by"]["model"], group["selected"]) for group in groups] == [("m1", ["a"]), ("m2", ["b"])]


def test_codecarbons_own_column_is_read_in_kilowatt_hours(tmp_path: Path) -> None:
    rows = [("a", value / 1e6) for value in A] + [("b", value / 1e6) for value in B]
    path = _write(tmp_path, list(rows), "project_name,energy_consumed")
    arguments = ["analyse", str(path), "--candidate", "project_name", "--energy", "energy_consumed"]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert "energy in kWh" in result.output
    assert "36.2 J" in result.output
    assert result.output.startswith("a needs ")
    assert result.output.splitlines()[0].split()[-1] == "winner"


@pytest.mark.parametrize(
    ("rows", "options", "complaint"),
    [
        ([("a", 1, 0), ("a", 2, 0)], (), "only one candidate"),
        ([("a", 1, 0), ("a", 2, 0), ("b", 2, 0)], (), "'b' has one run"),
        ([("a", "many", 0)], (), "runs.csv:2: 'many' in column 'energy' is not a number"),
        ([("a", 1, 0), ("a", -3, 0)], (), "runs.csv:3: an energy of -3"),
        ([("a", 0, 0)], (), "energies must be finite and above 0"),
        ([("a", "nan", 0)], (), "energies must be finite and above 0"),
        ([("a", "1 J", 0), ("a", "2 kWh", 0)], (), "mixes units: J, kWh"),
        ([("a", "1 J", 0)], ("--unit", "kWh"), "is in J, not in kWh"),
        ([("a", 0.001, 0), ("a", 3600, 0)], (), "bring the column to one unit"),
        ([("a", "", 0)], (), "nothing in column 'energy'"),
        ([], (), "no rows"),
        ([("a", 1, 0)], ("--block", "blok"), "no column 'blok'; did you mean block?"),
        ([("a", 1, "noon")], ("--time", "block"), "is not a time"),
        ([("a", 1, "nan")], ("--time", "block"), "runs.csv:2: 'nan' in column 'block' is not a time"),
        ([("a", 999, 0), ("a", '"1,234"', 1)], (), "runs.csv:3: 1,234: a decimal comma or thousands?"),
        ([("a", '"1,234 kWh"', 0)], (), "write 1234 or 1.234"),
        ([("a", '"1', 0), *[("b", 1, 1)] * 30_000], (), "; is a quote left open?"),
        ([("a", 1, 0)], ("--block", "energy"), "column 'energy' is named twice"),
        ([("a", "2,9", 0)], (), "runs.csv:2: more cells than the header has columns"),
        ([("a", 1, 0), ("a", 1, 1), ("b", 1, 2), ("b", 1, 3)], ("--block", "block"), "fewer than two blocks"),
    ],
)
def test_a_table_that_cannot_be_used_gets_one_line(
    tmp_path: Path, rows: Rows, options: tuple[str, ...], complaint: str
) -> None:
    path = _write(tmp_path, rows)
    assert complaint in refused("analyse", path, *COLUMNS, *options)


def test_a_header_that_says_nothing_or_one_thing_twice_gets_one_line(tmp_path: Path) -> None:
    assert "the table is empty" in refused("analyse", _write(tmp_path, [], ""), *COLUMNS)
    twice = _write(tmp_path, [("a", 1, 2)], "name,energy,energy")
    assert "two columns are named 'energy'" in refused("analyse", twice, *COLUMNS)


def test_decimal_commas_are_read_where_semicolons_separate(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    path.write_text("name;energy\na;1,5\na;1,6\nb;2,5\nb;2,4\n")
    (group,) = _analyse(path)["groups"]
    assert group["candidates"][0]["energy_per_run"]["value"] == pytest.approx(math.sqrt(1.5 * 1.6))


def test_a_missing_or_binary_file_gets_one_line(tmp_path: Path) -> None:
    (tmp_path / "sheet.xlsx").write_bytes(b"PK\x03\x04\xff\xfe\x80")
    for name, complaint in (("none.csv", "cannot be read"), ("sheet.xlsx", "export the table as CSV")):
        assert complaint in refused("analyse", tmp_path / name, *COLUMNS)
