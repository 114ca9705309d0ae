"""What a table is understood as, and how it is refused."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from framewatt.errors import BadInput
from framewatt.plugins.workloads import tabular
from framewatt.studies.training.data.csv_table import read_csv
from framewatt.studies.training.data.folds import FOLDS, divide
from framewatt.studies.training.data.table import Reading, read_table
from framewatt.workload.metrics import require_possible

if TYPE_CHECKING:
    from pathlib import Path

MEMORY = 10**9


def write(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def table_file(path: Path, target: str = "{y}", rows: int = 200) -> Path:
    rng = np.random.default_rng(0)
    lines = []
    for index in range(rows):
        x, colour = rng.standard_normal(), ["red", "green", ""][index % 3]
        lines.append(f"{x:.4f},{colour}," + target.format(y=int(x > 0), i=index, x=x))
    return write(path, "x,colour,y", lines)


def test_numbers_stay_numbers_texts_become_sorted_categories_and_empty_cells_nan(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "a;b", ["1;red", "NA;blue", "2.5;", "4;red"])
    a, b = read_csv(path)
    np.testing.assert_array_equal(a.values, [1, np.nan, 2.5, 4])
    assert a.categories is None
    assert b.categories == ("blue", "red")
    np.testing.assert_array_equal(b.values, [1, 0, np.nan, 1])


def test_a_column_that_turns_into_text_after_many_numbers_is_a_category_throughout(tmp_path: Path) -> None:
    rows = [f"{index % 7},1" for index in range(30_000)] + ["other,1"]
    column = read_csv(write(tmp_path / "t.csv", "a,b", rows))[0]
    assert column.categories == ("0", "1", "2", "3", "4", "5", "6", "other")
    assert column.values[:3].tolist() == [0, 1, 2]
    assert column.values[-1] == 7


def test_a_two_valued_target_is_binary_and_judged_by_auc(tmp_path: Path) -> None:
    table = read_table(table_file(tmp_path / "t.csv"), "y", None, MEMORY)
    assert (table.task, table.metric, table.classes) == ("binary", "auc", ("0", "1"))
    assert table.rows.dtype == np.float32
    assert table.features == ("x", "colour")
    assert table.categorical == (1,)


def test_named_classes_keep_their_names(tmp_path: Path) -> None:
    rows = [f"{i},{['low', 'mid', 'high'][i % 3]}" for i in range(150)]
    table = read_table(write(tmp_path / "t.csv", "x,y", rows), "y", None, MEMORY)
    assert (table.task, table.metric, table.classes) == ("multiclass", "accuracy", ("high", "low", "mid"))


def test_a_target_of_many_values_is_a_regression_and_so_is_what_a_metric_asks_for(tmp_path: Path) -> None:
    assert read_table(table_file(tmp_path / "t.csv", "{x}"), "y", None, MEMORY).task == "regression"
    assert read_table(table_file(tmp_path / "u.csv"), "y", "rmse", MEMORY).task == "regression"


@pytest.mark.parametrize(
    ("target", "column", "metric", "told"),
    [
        ("{y}", "yy", None, r"no column 'yy'; did you mean y\?"),
        ("7", "y", None, "constant"),
        ("word {i}", "y", None, "200 different texts"),
        ("{y}", "y", "precision", "--metric 'precision' is unknown"),
        ("{y}", "y", "top5", "does not fit 'y', a binary target; choose auc, accuracy, log_loss"),
        ("{x}", "y", "auc", "does not fit 'y', a regression target"),
        ("", "y", None, "is empty in 200 rows"),
        ("inf", "x", None, "constant|infinite"),
    ],
)
def test_a_target_or_metric_that_cannot_be_used_is_named_with_the_remedy(
    tmp_path: Path, target: str, column: str, metric: str | None, told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        read_table(table_file(tmp_path / "t.csv", target), column, metric, MEMORY)


def test_a_file_too_large_for_the_memory_is_refused_by_its_size_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tabular, "available_memory_bytes", lambda: 24 * 2**30)
    path = tmp_path / "t.csv"
    with path.open("wb") as file:
        file.truncate(5 * 10**9)  # a hole: it would take long to read, and holds nothing
    path.chmod(0)
    with pytest.raises(BadInput, match=r"5.00 GB is more than fits .* up to 4.29 GB"):
        tabular.open_workload(str(path))


def test_a_parquet_file_of_too_many_cells_is_refused_with_the_rows_that_would_fit(tmp_path: Path) -> None:
    columns = {"x": [1.0] * 5000, "y": [0, 1] * 2500}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    with pytest.raises(BadInput, match=r"5,000 rows of 2 columns .* up to 2,083 rows"):
        read_table(tmp_path / "t.parquet", "y", None, memory_bytes=100_000)


def test_one_long_text_does_not_widen_the_cells_of_all_rows(tmp_path: Path) -> None:
    rows = [f"{index},1" for index in range(5000)] + [f"{'x' * 50_000},1"]
    path = write(tmp_path / "t.csv", "a,b", rows)
    tracemalloc.start()
    read_csv(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50e6  # bytes; as texts of one width they would take 1 GB


def test_a_parquet_file_of_the_target_alone_or_with_two_columns_of_one_name_is_refused(
    tmp_path: Path,
) -> None:
    target = pa.array([0, 1] * 60)
    pq.write_table(pa.table({"y": target}), tmp_path / "alone.parquet")
    with pytest.raises(BadInput, match="'y' is its only column"):
        read_table(tmp_path / "alone.parquet", "y", None, MEMORY)
    twice = pa.Table.from_arrays([target, target, target], names=["x", "x", "y"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    with pytest.raises(BadInput, match="two columns are called 'x'"):
        read_table(tmp_path / "twice.parquet", "y", None, MEMORY)


def test_whatever_arrow_cannot_do_with_a_file_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(_path: Path) -> None:
        raise pa.ArrowNotImplementedError("no such codec\nin this build")

    pq.write_table(pa.table({"x": [1.0] * 120, "y": [0, 1] * 60}), tmp_path / "t.parquet")
    monkeypatch.setattr(pq, "read_table", unsupported)
    with pytest.raises(BadInput, match=r"t\.parquet: not a readable Parquet file \(no such codec\)$"):
        read_table(tmp_path / "t.parquet", "y", None, MEMORY)


def test_libraries_are_told_of_gaps_in_numbers_wherever_they_are(tmp_path: Path) -> None:
    whole = read_table(table_file(tmp_path / "t.csv"), "y", None, MEMORY)
    assert whole.about(0)["gaps"] is False  # the empty cells are categories
    whole.rows[-1, 0] = np.nan
    assert whole.about(0)["gaps"] is True


def test_a_ragged_row_is_named_by_its_line(tmp_path: Path) -> None:
    rows = ["1,2"] * 30 + ["", "1,2,3"] + ["1,2"] * 30
    with pytest.raises(BadInput, match="near line 33"):
        read_csv(write(tmp_path / "t.csv", "x,y", rows))


@pytest.mark.parametrize(
    ("metric", "wanted", "told"),
    [
        ("auc", 1.5, "--quality 1.5: auc is from 0 to 1"),
        ("rmse", -0.1, "--quality -0.1: rmse is at least 0"),
        ("r2", 1.01, "--quality 1.01: r2 is at most 1"),
    ],
)
def test_a_quality_that_no_model_can_have_is_refused(metric: str, wanted: float, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        require_possible(metric, wanted)
    require_possible("r2", -3.0)
    require_possible("log_loss", 2.5)


def test_a_rare_class_free_texts_and_ragged_rows_are_refused(tmp_path: Path) -> None:
    rare = write(tmp_path / "rare.csv", "x,y", [f"{i},{'a' if i > 2 else 'b'}" for i in range(200)])
    with pytest.raises(BadInput, match="class 'b' has 3 rows"):
        read_table(rare, "y", None, MEMORY)
    texts = write(tmp_path / "texts.csv", "x,y", [f"name {i},{i % 2}" for i in range(300)])
    with pytest.raises(BadInput, match="column 'x' holds 300 different texts"):
        read_table(texts, "y", None, MEMORY)
    ragged = write(tmp_path / "ragged.csv", "x,y", ["1,2", "1,2,3"])
    with pytest.raises(BadInput, match="a row of 3 cells, but the header names 2"):
        read_csv(ragged)


def test_parquet_is_read_as_the_same_columns(tmp_path: Path) -> None:
    columns = {"x": [float(i) for i in range(120)], "c": ["a", None, "b"] * 40, "y": [0, 1] * 60}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet", "y", None, MEMORY)
    assert table.task == "binary"
    np.testing.assert_array_equal(table.rows[:3, 1], [0, np.nan, 1])


def test_the_parts_are_disjoint_complete_and_hold_every_class_in_proportion() -> None:
    target = np.array([0] * 900 + [1] * 100)
    folds = divide(target, stratified=True, seed=3)
    parts = [folds.test, *folds.validation]
    assert sorted(np.concatenate(parts)) == list(range(1000))
    assert [int(target[part].sum()) for part in parts] == [20] + [16] * FOLDS
    assert not set(folds.training(2)) & set(folds.validation[2])
    assert len(folds.training(2)) == 640
    again = divide(target, stratified=True, seed=3)
    np.testing.assert_array_equal(folds.test, again.test)


def test_semicolons_with_decimal_commas_and_tabs_are_read_as_numbers(tmp_path: Path) -> None:
    german = read_csv(write(tmp_path / "t.csv", "a;b", ["1,5;2", "-0,25;3", ";4"]))
    np.testing.assert_array_equal(german[0].values, [1.5, -0.25, np.nan])
    tabs = read_csv(write(tmp_path / "t.tsv", "a\tb", ["1.5\tx, y", "2\tz"]))
    np.testing.assert_array_equal(tabs[0].values, [1.5, 2])
    assert tabs[1].categories == ("x, y", "z")


def test_numbers_in_a_notation_that_is_not_known_are_called_so(tmp_path: Path) -> None:
    rows = [f"1.{i:03},5;{i % 2}" for i in range(300)]
    with pytest.raises(BadInput, match=r"look like numbers, but '1.000,5' is not written as one"):
        read_table(write(tmp_path / "t.csv", "x;y", rows), "y", None, MEMORY)


def test_text_in_another_encoding_is_read_when_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("größe,b\n1,2\n".encode("latin-1"))
    with pytest.raises(BadInput, match="not text in utf-8; name its --encoding, such as latin-1"):
        read_csv(path)
    assert [column.name for column in read_csv(path, "latin-1")] == ["größe", "b"]
    path.write_text("\ufeffa,b\n1,2\n", encoding="utf-8")
    assert [column.name for column in read_csv(path)] == ["a", "b"]


def test_columns_to_drop_are_not_learnt_from(tmp_path: Path) -> None:
    path = table_file(tmp_path / "t.csv")
    table = read_table(path, "y", None, MEMORY, Reading(dropped=("colour",)))
    assert table.features == ("x",)
    for name, told in (("color", "did you mean colour"), ("y", "that is the --target")):
        with pytest.raises(BadInput, match=told):
            read_table(path, "y", None, MEMORY, Reading(dropped=(name,)))
    with pytest.raises(BadInput, match="nothing to learn it from"):
        read_table(path, "y", None, MEMORY, Reading(dropped=("x", "colour")))


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "id"])
def test_a_column_that_only_numbers_the_rows_is_noticed(name: str, tmp_path: Path) -> None:
    rows = [f"{i},{i * i % 17},{i % 2}" for i in range(200)]
    table = read_table(write(tmp_path / "t.csv", f"{name},x,y", rows), "y", None, MEMORY)
    (note,) = table.notes
    if name == "id":
        assert table.features == ("id", "x")
        assert note == "column 'id' only numbers the rows; leave it out with --drop id"
    else:
        assert table.features == ("x",)
        assert note == f"left out the column {name!r}: it only numbers the rows"
