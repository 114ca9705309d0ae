"""A page as GitHub's Markdown, for a pull request: the verdict, its tables, and the rest folded away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from framewatt.reports.page import Mark, Sentence, Table, Tone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from framewatt.reports.page import Column, Page, Part, Row

_SIGNS = {Mark.CHOSEN: "✅", Mark.MAYBE: "❔", Mark.RULED_OUT: "", Mark.FAILED: "❌"}
_TODAY = "◆"
_LEADS = {Tone.WARNING: "⚠️ ", Tone.REMEDY: "→ "}
_BAR = 12
_ACTIVE = re.compile(r"([\\`*_<>\[\]|~])")
_CODE = re.compile(r"(`[^`]+`)")


def pages_markdown(pages: Sequence[Page], *, details: bool = True) -> str:
    """Pages below each other, each under its title where there are several."""
    return "\n".join(_page(page, titled=len(pages) > 1, details=details) for page in pages)


def _page(page: Page, *, titled: bool, details: bool) -> str:
    blocks = [f"### {escaped(page.title)}"] if titled and page.title else []
    badge = f" `{page.badge}`" if page.badge else ""
    blocks += [f"**{escaped(page.headline)}**{badge}", *_blocks(page.body)]
    if details and page.details:
        blocks += ["<details><summary>Details</summary>", *_blocks(page.details), "</details>"]
    hints = [f"{label}: <code>{_html(text)}</code>" for label, text in page.hints]
    blocks += [f"<sub>{' · '.join(hints)}</sub>"] if hints else []
    return "\n\n".join(blocks) + "\n"


def _blocks(parts: Sequence[Part]) -> Iterator[str]:
    """A table is a block; sentences in a row are one list."""
    listed: list[str] = []
    for part in parts:
        if isinstance(part, Sentence):
            listed.append(f"- {_LEADS.get(part.tone, '')}{escaped(part.text)}")
            continue
        if listed:
            yield "\n".join(listed)
            listed = []
        yield from _table(part) if isinstance(part, Table) else ["\n".join(["```text", *part.lines, "```"])]
    if listed:
        yield "\n".join(listed)


def _table(table: Table) -> Iterator[str]:
    shown = [(place, column) for place, column in enumerate(table.columns) if column.title is not None]
    rows = [row for row in table.rows if not row.remark]
    heads = [column.title or "" for _, column in shown]
    if table.title and heads[0]:
        yield f"**{escaped(table.title)}**"
    heads[0] = heads[0] or table.title
    rule = [
        ":--" if column.left or column.bar or not number else "--:"
        for number, (_, column) in enumerate(shown)
    ]
    most = max((_largest(row, table.columns) for row in rows), default=0.0)
    lines = [_line(map(escaped, heads)), _line(rule)]
    lines += [_line(_cells(row, shown, most)) for row in rows]
    if rows:
        yield "\n".join(lines)
    remarked = [row for row in table.rows if row.remark]
    if remarked:
        yield "\n".join(
            f"- {_sign(row)}{escaped(row.cells[0].text)}: {escaped(row.remark)}" for row in remarked
        )


def _cells(row: Row, shown: Sequence[tuple[int, Column]], most: float) -> Iterator[str]:
    for number, (place, column) in enumerate(shown):
        cell = row.cells[place]
        text = escaped(cell.text)
        if column.bar and most and isinstance(cell.value, float | int):
            text = f"{'█' * max(round(cell.value / most * _BAR), 1)} {text}"
        text = f"{_sign(row)}{text}" if number == 0 else text
        yield f"**{text}**" if row.mark is Mark.CHOSEN and number == 0 else text


def _largest(row: Row, columns: Sequence[Column]) -> float:
    figures = [cell.value for cell, column in zip(row.cells, columns, strict=True) if column.bar]
    return max((float(value) for value in figures if isinstance(value, float | int)), default=0.0)


def _sign(row: Row) -> str:
    sign = _TODAY if row.today and row.mark is not Mark.CHOSEN else _SIGNS[row.mark] if row.mark else ""
    return f"{sign} " if sign else ""


def _line(cells: Iterator[str] | Sequence[str] | map[str]) -> str:
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """Text in which only `code` is marked up, on one line."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(
        part.replace("|", "\\|") if _CODE.fullmatch(part) else _ACTIVE.sub(r"\\\1", part) for part in parts
    )


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
