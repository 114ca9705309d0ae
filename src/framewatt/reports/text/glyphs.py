"""The signs and colours of a report, and what stands for them where a terminal knows ASCII alone."""

from __future__ import annotations

from framewatt.reports.page import Mark, Tone

GLYPHS = {Mark.CHOSEN: "✓", Mark.MAYBE: "?", Mark.RULED_OUT: "–", Mark.FAILED: "✗"}
TODAY = "◆"
LEGEND = {TODAY: "what runs today", GLYPHS[Mark.MAYBE]: "not ruled out"}
"""Signs that do not explain themselves."""

STYLES = {Mark.CHOSEN: "bold green", Mark.MAYBE: "yellow", Mark.RULED_OUT: "default", Mark.FAILED: "red"}
TONES = {
    Tone.PLAIN: "default",
    Tone.STRONG: "bold",
    Tone.ASIDE: "dim",
    Tone.WARNING: "yellow",
    Tone.REMEDY: "cyan",
}
LEADS = {Tone.WARNING: "! ", Tone.REMEDY: "→ "}
BADGES = {"undecided": "bold yellow", "none": "bold red", "failed": "bold red"}
"""Colours of verdicts that are no selection; all others are good news."""

_ASCII = str.maketrans(dict(zip("✓✗◆–×µ→…≤≥█·", "*x@-xu>~<>#.", strict=True)) | dict.fromkeys("▏▎▍▌▋▊▉", "#"))


def plain_ascii(text: str) -> str:
    """`text`, character for character, for a terminal that would show question marks."""
    return text.translate(_ASCII).encode("ascii", "replace").decode()


_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(share: float, width: int, *, ascii_only: bool = False) -> str:
    """A bar of a share of `width`, to the eighth of a character; whoever needs anything shows."""
    if ascii_only:
        return "#" * max(round(share * width), 1)
    eighths = max(round(share * width * 8), 1)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
