"""The conclusion in one sentence, whose words follow the provenance of its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from framewatt.records import Candidate, Provenance, Verdict
from framewatt.records.units import format_duration, significant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_QUALIFIER = {Provenance.ESTIMATED: "an estimated ", Provenance.MEASURED: "a measured "}
_MANY = 3


def advise(document: Mapping[str, Any], needed_seconds: float | None, needed_reason: str | None) -> str:
    """One sentence.

    Args:
        document: The decision.
        needed_seconds: The ``--budget`` that would decide an undecided race; with `needed_reason`, the least.
        needed_reason: Why no more can be told.
    """
    rows = {row["id"]: row for row in document["candidates"]}
    verdict = Verdict(document["verdict"])
    if verdict is Verdict.WINNER:
        return _winner(rows, document) + _against_incumbent(rows, document)
    if verdict is Verdict.EQUIVALENT:
        names = _join([rows[name]["name"] for name in document["selected"]])
        margin = significant(100 * document["margin"], 2)
        return (
            f"{names} are equal within {margin} %: choose the one that your team knows, "
            "or that needs least around it."
        )
    if verdict is Verdict.UNDECIDED:
        return f"No clear winner within the budget{_more(needed_seconds, needed_reason)}."
    return "No framework could be selected: see each candidate's reason."


def _more(needed_seconds: float | None, needed_reason: str | None) -> str:
    if needed_seconds is None:
        return f"; {needed_reason}" if needed_reason else ""
    budget = format_duration(needed_seconds)
    if needed_reason:
        return f"; {needed_reason}: give it a --budget of at least {budget}"
    return f"; a --budget of about {budget} should decide it"


def name_of(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """A candidate's name for people: its title, and whatever tells it from its siblings.

    Under the equal budget a framework goes by its title, however many settings were searched beside it.
    """
    same = [other for other in rows if other["framework"] == row["framework"]]
    siblings = [other for other in same if other["equal_budget"]] if row["equal_budget"] else same
    name = str(row["title"])
    if any(other["version"] != row["version"] for other in siblings):
        name += f" {row['version']}"
    differing = {
        key: value
        for key, value in row["settings"].items()
        if any(other["settings"].get(key) != value for other in siblings)
    }
    if differing:
        name += " (" + ", ".join(f"{key} {value}" for key, value in differing.items()) + ")"
    repeat = Candidate.parse(row["id"]).repeat
    return name + (f" #{repeat}" if repeat > 1 else "")


def _winner(rows: Mapping[str, Mapping[str, Any]], document: Mapping[str, Any]) -> str:
    chosen = rows[document["selected"][0]]
    others = [row for row in rows.values() if row is not chosen]
    best = f"{chosen['name']} (version {chosen['version']})"
    column = "cpu_ratio_to_best" if document["decided_on"] == "cpu_seconds" else "ratio_to_best"
    rivals = [row for row in others if row[column]["value"] is not None]
    if not rivals:
        return f"Use {best}: it is the only candidate that does this work."
    rival = min(rivals, key=lambda row: row[column]["value"])
    against = rival["name"]
    saving = _saving(rival[column])
    if document["decided_on"] == "cpu_seconds":
        return (
            f"Use {best}: it needs {saving} less CPU time than {against}, measured; "
            "the energy estimate points the same way but is too wide to decide alone."
        )
    what = "carbon" if document["decided_on"] == "carbon" else "energy"
    kind = _QUALIFIER.get(Provenance(rival[column]["provenance"]), "")
    return f"Use {best}: it needs {kind}{saving} less {what} than the next best, {against}."


def _against_incumbent(rows: Mapping[str, Mapping[str, Any]], document: Mapping[str, Any]) -> str:
    """What the change saves against what runs today, as a share of today's energy."""
    today = document["incumbent"]
    if today is None or today in document["selected"]:
        return ""
    ratio = rows[document["selected"][0]]["ratio_to_incumbent"]
    if ratio["value"] is None:
        return ""
    kind = _QUALIFIER.get(Provenance(ratio["provenance"]), "")
    saved = f"{kind}{100 * (1 - ratio['value']):.0f} %"
    return f" Against {rows[today]['name']}, which runs today, that is {saved} less."


def _saving(ratio: Mapping[str, Any]) -> str:
    """How much less the best needs, from how much more the rival does: 1 - 1/ratio."""
    value = 100 * (1 - 1 / ratio["value"])
    if ratio["low"] is None or ratio["high"] is None:
        return f"{value:.0f} %"
    low, high = (100 * (1 - 1 / ratio[end]) for end in ("low", "high"))
    return f"{value:.0f} % ({low:.0f} to {high:.0f} %)"


def _join(names: Sequence[str]) -> str:
    if len(names) > _MANY:
        return f"{', '.join(names[:_MANY])} and {len(names) - _MANY} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
