"""Warnings for people: the few that matter first, each told once for all whom it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from framewatt.records import Json

_FEW = 3
_SHORT = {
    "energy-estimated": "Joules are estimated (this machine has no counter); CPU time is measured.",
}
_URGENT = (
    "incumbent-absent",
    "oracle-overruled",
    "outputs-unchecked",
    "decided-elsewhere",
    "views-disagree",
    "generated-inputs",
)
"""What may change the answer comes before what blurs it."""


def leading_warnings(document: Json) -> Iterator[str]:
    """At most a few sentences, and how many more there are."""
    told = list(dict.fromkeys(_grouped(document, remedies=False)))
    if document["verdict"] == "none":  # there are no figures to be careful with
        told = [sentence for sentence in told if sentence not in _SHORT.values()]
    yield from told[:_FEW]
    if len(told) > _FEW:
        yield f"{len(told) - _FEW} more with --details."


def all_warnings(document: Json) -> Iterator[str]:
    """Every warning with its remedy."""
    yield from _grouped(document, remedies=True)


def _grouped(document: Json, *, remedies: bool) -> Iterator[str]:
    """Candidates that share a warning's code are told together."""
    names = {row.get("id"): row.get("name", row.get("id")) for row in document["candidates"]}
    by_code: dict[str, list[Json]] = {}
    for warning in sorted(document["warnings"], key=_urgency):
        by_code.setdefault(warning["code"], []).append(warning)
    for code, alike in by_code.items():
        if not remedies and code in _SHORT:
            yield _SHORT[code]
        elif remedies or len(alike) == 1:
            yield from (_told(warning, names, remedies=remedies) for warning in alike)
        else:
            concerned = len({warning["candidate"] for warning in alike} - {None})
            others = f" (and {concerned - 1} more)" if concerned > 1 else ""
            yield _told(alike[0], names, remedies=False, others=others)


def _urgency(warning: Json) -> int:
    return _URGENT.index(warning["code"]) if warning["code"] in _URGENT else len(_URGENT)


def _told(warning: Json, names: Mapping[str, str], *, remedies: bool, others: str = "") -> str:
    who = warning["candidate"]
    whose = f"{names.get(who, who)}{others}: " if who else ""
    text = whose + warning["message"]
    text += f"; {warning['remedy']}" if remedies else ""
    return f"{text[:1].upper()}{text[1:]}."
