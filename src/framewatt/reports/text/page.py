"""A page on a terminal of any width: the sentence first, then its tables and what goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from framewatt.reports.page import Drawing, Mark, Page, Table
from framewatt.reports.text.glyphs import BADGES, GLYPHS, LEADS, LEGEND, TODAY, TONES, plain_ascii
from framewatt.reports.text.table import table_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from framewatt.reports.page import Part

_WIDEST = 120
"""Wider lines are hard to follow."""


def show_pages(pages: Sequence[Page], console: Console, *, details: bool = False) -> None:
    """Print pages below each other, each under its title where there are several."""
    ascii_only = not console.encoding.lower().startswith("utf")
    width = min(console.width, _WIDEST)
    for number, page in enumerate(pages):
        title = [Text(page.title, "bold underline")] if len(pages) > 1 and page.title else []
        for line in [*([Text()] if number else []), *title, *page_lines(page, width, details, ascii_only)]:
            if ascii_only:
                line.plain = plain_ascii(line.plain)
            console.print(line, no_wrap=True, crop=False, overflow="ignore")


def page_lines(page: Page, width: int, details: bool = False, ascii_only: bool = False) -> Iterator[Text]:  # noqa: FBT001, FBT002 - two switches of one drawing
    """The lines of a page in `width` columns."""
    yield from _headline(page, width)
    yield from _parts(page.body, width, ascii_only=ascii_only)
    if details and page.details:
        yield Text()
        yield from _parts(page.details, width, ascii_only=ascii_only)
    yield from _hints(page)


def _headline(page: Page, width: int) -> Iterator[Text]:
    """THE sentence, with the verdict at the right end of its first line."""
    room = width - cell_len(page.badge) - 3 if page.badge else width
    for number, line in enumerate(_wrapped(page.headline, room)):
        text = Text(line, "bold")
        if page.badge and not number:
            text.append(" " * (width - cell_len(line) - cell_len(page.badge)))
            text.append(page.badge, BADGES.get(page.badge, "bold green"))
        yield text


def _parts(parts: Sequence[Part], width: int, *, ascii_only: bool) -> Iterator[Text]:
    """Sentences below each other, and air around tables."""
    for number, part in enumerate(parts):
        before = parts[number - 1] if number else None
        if isinstance(part, Table):
            if number:
                yield Text()
            yield from table_lines(part, width, ascii_only=ascii_only)
            yield from _legend(part)
            continue
        if isinstance(part, Drawing):
            yield from (Text(line) for line in part.lines)
            continue
        if isinstance(before, Table):
            yield Text()
        lead = LEADS.get(part.tone, "")
        for index, line in enumerate(_wrapped(part.text, width - len(lead))):
            yield Text((" " * len(lead) if index else lead) + line, TONES[part.tone])


def _legend(table: Table) -> Iterator[Text]:
    """What signs mean that do not explain themselves, where contestants are compared."""
    if not any(column.bar for column in table.columns):
        return
    signs = {TODAY for row in table.rows if row.today and row.mark is not Mark.CHOSEN}
    signs |= {GLYPHS[row.mark] for row in table.rows if row.mark}
    told = [f"{sign} {meaning}" for sign, meaning in LEGEND.items() if sign in signs]
    if told:
        yield Text("  " + "   ".join(told), "dim")


def _hints(page: Page) -> Iterator[Text]:
    """Each on a line of its own: what is to be copied stays whole."""
    if page.hints:
        yield Text()
    label_width = max((len(label) for label, _ in page.hints), default=0) + 2
    for label, text in page.hints:
        yield Text.assemble((f"{label}:".ljust(label_width), "dim"), text)


def _wrapped(text: str, width: int) -> list[str]:
    """Whole words, at least one a line."""
    lines: list[str] = []
    for word in text.split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
