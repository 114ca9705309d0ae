"""A decision as a notebook meets it: short, with its table, and with both studies of what is trained."""

from __future__ import annotations

import json
import re
import sys
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pytest

import documents
from framewatt import Selection
from framewatt.api import frame
from framewatt.decision import Decision
from framewatt.errors import BadInput, StoreError

if TYPE_CHECKING:
    from pathlib import Path

ADVICE = "Use ONNX Runtime: at most 2 % dearer than the best of three."


@pytest.fixture
def selection() -> Selection:
    return Selection(documents.decided("good", ADVICE))


@pytest.fixture
def two() -> Selection:
    """Of what was trained: its training and its use."""
    training = documents.decided("winner", "Train with LightGBM.", name="table-study")
    inference = documents.decided("good", "Score with XGBoost.", name="table-study/inference")
    return Selection.of([Decision(training), Decision(inference)])


def test_it_shows_itself_as_its_verdict_and_its_sentence(selection: Selection, two: Selection) -> None:
    assert repr(selection) == f"<good: {ADVICE}>"
    assert repr(two).splitlines() == ["<winner: Train with LightGBM.>", "<good: Score with XGBoost.>"]


def test_what_was_selected_is_an_object_with_figures(selection: Selection) -> None:
    best = selection.best
    assert best is not None
    row = selection.candidate(best.id)
    assert (best.framework, best.name, best.version) == (row["framework"], row["title"], row["version"])
    assert best.settings == row["settings"]
    assert (best.energy.value, best.energy.unit) == (row["energy_per_unit"]["value"], "J/sample")
    assert (best.cpu_seconds.low, best.cpu_seconds.provenance) == (
        row["cpu_seconds_per_unit"]["low"],
        "measured",
    )
    assert best.latency["p99"].value == row["latency"]["p99"]["value"]
    assert best.memory.unit == "B"
    assert best.quality.value == pytest.approx(0.997, abs=0.001)
    assert repr(best).startswith(f"<{row['title']} {row['version']}: threads ")


def test_nothing_selected_is_no_best_and_an_unknown_regret() -> None:
    nothing = Selection(documents.decided("none", "Nobody can do this work."))
    assert nothing.best is None
    assert (nothing.regret.value, nothing.regret.reason) == (None, "nothing to compare with")


def test_the_regret_is_a_share_with_its_ends(selection: Selection) -> None:
    assert (selection.regret.value, selection.regret.low, selection.regret.high) == (0.02, 0.0, 0.02)


def test_the_table_has_a_row_for_each_framework_with_plain_numbers(selection: Selection) -> None:
    document = documents.failed(dict(selection.document), "tract", "no operator Loop")
    table = Selection(document).table()
    assert isinstance(table, pd.DataFrame)
    assert list(table.framework) == [row["name"] for row in document["frameworks"]]
    assert list(table.standing) == ["chosen", "maybe", "maybe", "failed"]
    best = selection.candidate(table.candidate[0])
    assert table.energy_per_unit_high[0] == best["energy_per_unit"]["high"]
    assert table.accuracy[0] == best["quality"]["value"]["value"]
    assert (table.cpu_ratio_to_best_low[1], table.cpu_ratio_to_best_high[1]) == (2.02, 2.08)
    assert table.reason[3] == "no operator Loop"
    assert table.cpu_seconds_per_unit.isna().tolist() == [False, False, False, True]


@pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])
def test_a_figure_that_nobody_has_is_a_number_that_is_missing(
    library: Any, selection: Selection, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = selection.to_dict()
    for row in document["candidates"]:
        row["energy_per_unit"]["low"] = None
    monkeypatch.setattr(frame, "sys", SimpleNamespace(modules={library.__name__: library}))
    column = Selection(document).table()["energy_per_unit_low"]
    assert str(column.dtype).lower() == "float64"
    assert column.sum() == 0


@pytest.mark.parametrize(
    ("imported", "installed", "kind"),
    [
        (["pandas", "polars"], [], pd.DataFrame),
        (["polars"], ["pandas", "polars"], pl.DataFrame),
        ([], ["polars"], pl.DataFrame),
        ([], [], list),
    ],
)
def test_the_table_is_of_the_library_that_is_used_else_of_one_that_is_there(
    imported: list[str],
    installed: list[str],
    kind: type,
    selection: Selection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    modules = {name: module for name, module in sys.modules.items() if name not in {"pandas", "polars"}}
    modules |= {name: sys.modules[name] for name in imported}
    monkeypatch.setattr(frame, "sys", SimpleNamespace(modules=modules))
    monkeypatch.setattr(frame, "find_spec", lambda name: name in installed or None)
    monkeypatch.setattr(frame, "import_module", {"pandas": pd, "polars": pl}.__getitem__)
    table: Any = selection.table()
    assert isinstance(table, kind)
    assert len(table) == 3  # type: ignore[arg-type] # every kind has a length


class Read(HTMLParser):
    """What a browser would make of a fragment: its tags, all closed in order, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert {name for name, _ in attrs} <= {"style", "colspan"}
        self.tags.append(tag)
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_notebook_shows_the_sentence_and_one_table(selection: Selection) -> None:
    html = selection._repr_html_()
    read = Read(html)
    assert read.text.split("\n")[1] == f"{ADVICE} (good)"
    assert read.tags.count("table") == 1
    assert read.tags.count("tr") == 4
    assert read.tags.count("strong") == 1
    assert [row for row in re.findall(r"<tr[^>]*>", html) if "bold" in row] == [
        '<tr style="font-weight:bold">'
    ]
    assert "100%" in html  # the longest bar


def test_a_notebook_says_what_runs_today(selection: Selection) -> None:
    today = Selection(documents.with_incumbent(selection.to_dict(), "PyTorch"))
    assert Read(today._repr_html_()).text.count("PyTorch (today)") == 1
    assert "(today)" not in selection._repr_html_()


def test_a_notebook_shows_both_studies_each_under_its_title(two: Selection) -> None:
    read = Read(two._repr_html_())
    assert read.tags.count("table") == 2
    assert read.text.index("Train with LightGBM.") < read.text.index("Score with XGBoost.")


def test_a_reason_of_somebody_else_s_words_is_text_in_a_notebook() -> None:
    document = documents.failed(
        documents.decided("good", "a < b & <script>alert(1)</script>"), "<b>x", "<i>&y"
    )
    read = Read(Selection(document)._repr_html_())
    assert "a < b & <script>alert(1)</script>" in read.text
    assert "<i>&y" in read.text
    assert not {"script", "b", "i"} & set(read.tags)


def test_both_studies_are_there_by_what_they_are_of(selection: Selection, two: Selection) -> None:
    assert two.training is two
    assert two.inference is two.studies[1]
    assert [study.advice for study in two.studies] == ["Train with LightGBM.", "Score with XGBoost."]
    assert (selection.training, selection.inference) == (None, selection)


def test_its_data_are_the_caller_s_own(selection: Selection) -> None:
    data = selection.to_dict()
    data["candidates"].clear()
    assert selection.candidates


@pytest.mark.parametrize(
    ("form", "sign"), [("text", "accuracy"), ("markdown", "| --"), ("csv", "framework,")]
)
def test_a_report_has_the_command_s_formats_and_goes_to_a_file_too(
    form: str, sign: str, selection: Selection, tmp_path: Path
) -> None:
    text = selection.report(form, tmp_path / "report")
    assert sign in text
    assert (tmp_path / "report").read_text() == text
    assert len(selection.report("text", details=True)) > len(selection.report("text"))


def test_the_report_of_two_studies_tells_both_and_a_reporter_the_run_s_own(two: Selection) -> None:
    assert [study["stage"] for study in json.loads(two.report("json"))["studies"]] == [
        "training",
        "inference",
    ]
    assert "Train with LightGBM." in two.report()
    assert "Score with XGBoost." in two.report()
    assert two.report("sci") == two.training.report("sci")  # type: ignore[union-attr] # it has one


def test_a_format_that_is_not_there_and_a_file_that_cannot_be_are_refused_in_one_line(
    selection: Selection, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=r"^unknown reporter 'pdf'"):
        selection.report("pdf")
    with pytest.raises(StoreError, match=r"cannot be written: .*No such file"):
        selection.report("text", tmp_path / "gone" / "report.txt")


def test_it_is_a_decision_still(selection: Selection) -> None:
    assert isinstance(selection, Decision)
    assert json.loads(selection.to_json()) == selection.to_dict()
