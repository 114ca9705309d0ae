"""One table model, three forms: a terminal of any kind, GitHub's Markdown, a spreadsheet."""

from __future__ import annotations

import csv
import io
import re

import pytest
from rich.console import Console

from documents import decided, failed, with_incumbent
from framewatt.reports.page import Cell, Column, Mark, Page, Row, Sentence, Table, Tone
from framewatt.reports.pages.catalogue import pages_of
from framewatt.reports.rendering import rendered
from framewatt.reports.text.page import show_pages

COLUMNS = (
    Column("name", "", left=True),
    Column("cost", "", "J", bar=True),
    Column("ratio", "× best"),
    Column("extra", "extra", spare=1),
    Column("hidden"),
)


def page(*rows: Row) -> Page:
    return Page("Use A.", "winner", body=(Table("Energy (shorter is better)", COLUMNS, rows),))


def row(name: str, cost: float, mark: Mark | None = Mark.RULED_OUT, remark: str = "") -> Row:
    cells = (Cell(name, name), Cell(f"{cost:g} J", cost, 0.9 * cost, 1.1 * cost), Cell("1.10×", 1.1),
             Cell("more", "more"), Cell("", "h"))  # fmt: skip
    return Row(cells, mark, remark)


def printed(shown: Page, width: int = 80, *, encoding: str = "utf-8", **console: bool) -> str:
    buffer = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    show_pages([shown], Console(file=buffer, width=width, legacy_windows=False, **console))  # type: ignore[arg-type] # by name
    buffer.seek(0)
    return buffer.read()


def test_a_long_name_is_cut_with_an_ellipsis_and_never_wrapped() -> None:
    text = printed(page(row("A" * 90, 1.0, Mark.CHOSEN), row("B", 2.0)))
    assert len([line for line in text.splitlines() if "A" * 10 in line]) == 1
    assert "A…" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_wide_terminal_gives_its_room_to_the_bars() -> None:
    rows = row("A", 1.0, Mark.CHOSEN), row("B", 2.0)
    narrow, wide = (printed(page(*rows), width).count("█") for width in (50, 110))
    assert wide > narrow > 0


def test_a_narrow_terminal_goes_without_what_it_can_spare() -> None:
    rows = row("A long name of a framework", 1.0), row("B", 2.0)
    assert "extra" in printed(page(*rows), 80)
    assert "extra" not in printed(page(*rows), 44)
    assert "× best" in printed(page(*rows), 44)


def test_a_terminal_that_knows_ascii_alone_gets_ascii() -> None:
    shown = page(row("µ", 1.0, Mark.CHOSEN), row("B", 2.0, Mark.FAILED))
    text = printed(shown, encoding="ascii")
    assert text.isascii()
    assert "* u" in text
    assert re.search(r"x B +#+", text)


@pytest.mark.parametrize("no_color", [True, False])
def test_colours_carry_meaning_and_can_be_left_out(
    monkeypatch: pytest.MonkeyPatch, *, no_color: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    text = printed(page(row("A", 1.0, Mark.CHOSEN), row("B", 2.0, Mark.FAILED)), force_terminal=True)
    assert ("\x1b[1;32m" in text) is not no_color
    assert ("\x1b[31m" in text) is not no_color


def test_a_pipe_gets_no_escape_codes() -> None:
    assert "\x1b" not in printed(page(row("A", 1.0, Mark.CHOSEN)))


def test_markdown_folds_the_details_away_and_smuggles_no_markup() -> None:
    shown = Page(
        "Use <b>A</b> *now* | `code`.",
        "good",
        body=(Sentence("Mind | it", Tone.WARNING),),
        details=(Table("All", COLUMNS, (row("A|B", 1.0, Mark.CHOSEN),)),),
        hints=(("Run", "a<b"),),
    )
    text = rendered([shown], "markdown")
    assert text.startswith(r"**Use \<b\>A\</b\> \*now\* \| `code`.** `good`")
    assert r"| **✅ A\|B** | ████████████ 1 J | 1.10× | more |" in text
    assert text.index("<details>") < text.index("A\\|B") < text.index("</details>")
    assert "<code>a&lt;b</code>" in text


def test_markdown_tables_are_whole() -> None:
    document = failed(with_incumbent(decided("winner", "Use it.")), "IREE", "it crashed, SIGSEGV")
    lines = rendered(pages_of(document), "markdown").splitlines()
    tables = [line for line in lines if line.startswith("|")]
    blocks: dict[int, int] = {}
    for line in tables:
        count = len(re.findall(r"(?<!\\)\|", line))
        blocks[count] = blocks.get(count, 0) + 1
    assert all(rows >= 3 for rows in blocks.values())
    assert "- ❌ IREE: failed: it crashed, SIGSEGV" in lines


def test_a_spreadsheet_has_plain_figures_with_units_and_intervals() -> None:
    document = failed(decided("winner", "Use it."), "IREE", "it crashed")
    rows = list(csv.DictReader(io.StringIO(rendered(pages_of(document), "csv"))))
    first = document["candidates"][0]["cpu_seconds_per_unit"]
    assert rows[0]["framework"] == "ONNX Runtime"
    assert float(rows[0]["cpu_seconds_per_unit [s/sample]"]) == first["value"]
    assert float(rows[0]["cpu_seconds_per_unit_low [s/sample]"]) == first["low"]
    assert rows[0]["standing"] == "chosen"
    assert (rows[-1]["standing"], rows[-1]["remark"]) == ("failed", "failed: it crashed")
    assert rows[-1]["cpu_seconds_per_unit [s/sample]"] == ""


def test_a_spreadsheet_of_the_details_has_every_setting_too() -> None:
    document = decided("winner", "Use it.")
    text = rendered(pages_of(document), "csv", details=True)
    for candidate in document["candidates"]:
        assert candidate["id"] in text


def test_the_studies_of_one_run_are_told_apart_in_one_spreadsheet() -> None:
    studies = [decided("winner", "Use LightGBM.", decided_on="energy", name=name)
               for name in ("table-study", "table-study/inference")]  # fmt: skip
    text = rendered(pages_of({"schema": "framewatt/studies/1", "studies": studies}), "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [entry["stage"] for entry in rows] == ["training"] * 3 + ["inference"] * 3


def test_names_that_are_not_text_alone_survive_a_spreadsheet() -> None:
    text = rendered([page(row('a "quoted", name', 1.0))], "csv")
    assert next(csv.DictReader(io.StringIO(text)))["name"] == 'a "quoted", name'
