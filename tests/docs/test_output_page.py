"""The page on what is printed shows screens as they are printed, and names every sign and form there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from framewatt.cli._output import FORMATS
from framewatt.records import Verdict
from framewatt.reports.text.glyphs import GLYPHS, TODAY, plain_ascii

PAGE = (Path(__file__).parents[2] / "docs" / "output.md").read_text()
README = (Path(__file__).parents[2] / "README.md").read_text()
BLOCKS = re.findall(r"```text\n(.*?)```", PAGE + README, re.DOTALL)
SCREENS = [block for block in BLOCKS if "\nMore:" in block and "framewatt report" in block]


def verdict_of(screen: str) -> str:
    """What stands at the right end of the sentence's first line, under a title if there are two studies."""
    last_words = [line.split()[-1] for line in screen.splitlines() if len(line) == 80]
    return next(word for word in last_words if word.islower())


def test_there_is_a_screen_of_each_kind() -> None:
    verdicts = {verdict_of(screen) for screen in SCREENS}
    assert verdicts & {"winner", "equivalent"}
    assert verdicts & {"good", "undecided"}
    assert "none" in verdicts


@pytest.mark.parametrize("screen", SCREENS, ids=verdict_of)
def test_a_screen_holds_to_the_structure_that_reports_have(screen: str) -> None:
    lines = screen.splitlines()
    assert verdict_of(screen) in set(Verdict)
    assert max(map(len, lines)) <= 80
    assert not re.search(r"@\d|\[threads=", screen)
    assert [line for line in lines if line.startswith("Run:")]
    rows = [line for line in lines if line[:2] in {f"{sign} " for sign in (*GLYPHS.values(), TODAY)}]
    assert rows
    table = "is better)" in screen
    assert table is (verdict_of(screen) != "none")
    assert all("█" in row or "▏" in row or "▍" in row or row.startswith("✗") for row in rows)
    order = [screen.find(part) for part in (rows[0], "\nRun:", "\nMore:")]
    assert order == sorted(order)


def test_the_markdown_of_the_page_is_a_table_with_folded_details() -> None:
    markdown = PAGE[PAGE.index("## In a pull request") :]
    assert re.search(r"\*\*.+\*\* `undecided`", markdown)
    assert "| :-- | :-- | --: |" in markdown
    assert markdown.index("<details>") < markdown.index("Developing with it") < markdown.index("</details>")


def test_every_sign_and_every_form_has_its_line() -> None:
    for sign in (*GLYPHS.values(), TODAY):
        assert re.search(
            rf"^\| `{re.escape(sign)}` \| .+ \| `{re.escape(plain_ascii(sign))}` \|$", PAGE, re.MULTILINE
        )
    for form in FORMATS:
        assert f"| `{form}` | " in PAGE
