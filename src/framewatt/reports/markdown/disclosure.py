"""A disclosure (``framewatt/sci/1``) for people: a few lines for the terminal, or a page of Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LISTED = 12
"""So many starting hours are shown."""

_MARK = {True: "yes", False: "**no**", None: "open"}


def to_text(document: Mapping[str, Any]) -> str:
    """The calculator's answer: the score to its last digit, its parts, and what it rests on."""
    name = document["functional_unit"]["name"]
    rows = [
        ("SCI", _exactly(document["score"], name)),
        ("operational", _part(document["operational"], name)),
        ("embodied", _part(document["embodied"], name)),
        ("energy", figure(document["totals"]["energy"]) + ", facility overhead included"),
        ("intensity", _intensity(document["intensity"])),
        ("R", f"{document['functional_unit']['count']['value']:g} {name}"),
    ]
    rows += [("elsewhere", "  ".join(_place(place))) for place in document.get("elsewhere", ())]
    starts = document.get("starts", ())[:_LISTED]
    rows += [("start", f"{start['when']}  {figure(start['intensity'], 4)}") for start in starts]
    failed = [check for check in document["checks"] if check["passed"] is False]
    rows += [("warning", sentence) for sentence in document["warnings"]]
    rows += [("warning", f"outside GSF's bounds: {item['check']} (found {item['found']})") for item in failed]
    return "".join(f"{label:<12} {text}\n" for label, text in rows)


def to_markdown(document: Mapping[str, Any]) -> str:
    """The disclosure as a page: score, boundary, R, E, I, M, method, assumptions, limitations, checks."""
    unit = document["functional_unit"]
    sections = [
        f"# SCI disclosure: {_safe(document['software'])}",
        f"{document['specification']}. This score is **{document['claim']}**.",
        f"**Score: {_exactly(document['score'], unit['name'])}**",
        _parts(document),
        "## Software boundary",
        _table(("included", "reason"), [_pair(item) for item in document["boundary"]["included"]]),
        _table(("excluded", "reason"), [_pair(item) for item in document["boundary"]["excluded"]]),
        "## Functional unit (R)",
        _functional_unit(unit),
        "## Energy (E)",
        _table(("component", "kWh", "PUE", "kind", "source"), [_energy(c) for c in document["components"]]),
        "## Carbon intensity (I)",
        _intensity(document["intensity"]) + ".",
        "## Embodied emissions (M)",
        _table(
            ("component", "TE", "lifespan", "reserved", "RS", "M", "source"),
            [_embodied(c) for c in document["components"]],
        ),
        _open(document["embodied"], "M"),
        f"Sharing: {document['method']['sharing']}.",
        "## Method",
        _method(document["method"]),
        *_ai(document.get("ai")),
        *_elsewhere(document),
        "## Calculation",
        _list(document["calculation"]),
        "## Assumptions",
        _list(document["assumptions"]),
        "## Limitations",
        _list([*document["limitations"], *document["warnings"]]),
        "## Consistency",
        _table(
            ("check", "passed", "found"),
            [(c["check"], _MARK[c["passed"]], c["found"]) for c in document["checks"]],
        ),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _ai(found: Mapping[str, Any] | None) -> list[str]:
    if not found:
        return []
    said = f"This is the **{found['score']}** score (stage: {found['stage']}). {found['status']}."
    return ["## SCI for AI", said]


def _elsewhere(document: Mapping[str, Any]) -> list[str]:
    sections = []
    if places := document.get("elsewhere"):
        columns = ("region", "intensity", "operational", "times the lowest", "basis", "year")
        sections += ["## The same work elsewhere", _table(columns, [_place(place) for place in places])]
    if starts := document.get("starts"):
        rows = [(s["when"], figure(s["intensity"], 4), figure(s["operational"], 4)) for s in starts[:_LISTED]]
        header = ("start", "mean intensity", "operational")
        sections += ["## The same work at other hours", _table(header, rows)]
    return sections


def _place(place: Mapping[str, Any]) -> tuple[str, ...]:
    figures = (figure(place["intensity"], 4), figure(place["operational"], 4), f"{place['relative']:.3g}")
    return (place["region"], *figures, place["basis"], str(place["year"] or ""))


def comparison(found: Mapping[str, Mapping[str, Any]]) -> str:
    """All candidates' scores by the identical method, as a section of Markdown; empty for a single one."""
    if len(found) == 1:
        return ""
    rows = [
        (key, *(_cell(document[part]) for part in ("score", "operational", "embodied")))
        for key, document in found.items()
    ]
    table = _table(("candidate", "score", "operational", "embodied"), rows)
    return f"## The same work under the other candidates\n\n{table}\n"


def figure(quantity: Mapping[str, Any], digits: int = 6) -> str:
    """A quantity with its interval and provenance, or the reason why it is not known."""
    if quantity["value"] is None:
        return f"not known: {quantity['reason']}"
    text = f"{quantity['value']:.{digits}g} {quantity['unit']}".removesuffix(" 1")
    if quantity["low"] is not None:
        text += f" [{quantity['low']:.4g} to {quantity['high']:.4g}]"
    return text


def _exactly(score: Mapping[str, Any], name: str) -> str:
    if score["value"] is None:
        return f"open: {score['reason']}"
    interval = "" if score["low"] is None else f" [{score['low']:.4g} to {score['high']:.4g}]"
    return f"{score['value']!r} g per {_safe(name)}{interval}"


def _parts(document: Mapping[str, Any]) -> str:
    name = document["functional_unit"]["name"]
    operational, embodied = (_part(document[key], name) for key in ("operational", "embodied"))
    return f"Operational: {operational}. Embodied: {embodied}."


def _functional_unit(unit: Mapping[str, Any]) -> str:
    counted = f"{unit['count']['value']:g} {unit['name']}"
    return _safe(f"{counted}. Why: {unit['why']}. Counted: {unit['how_counted']}.")


def _method(method: Mapping[str, Any]) -> str:
    said = f"Approach: {method['approach']}; view: {method['view']}. {method['formula']}."
    return f"{said} Uncertainty: {method['uncertainty']}."


def _part(part: Mapping[str, Any], name: str) -> str:
    return figure(part).replace(f" gCO2eq/{name}", " g") if part["value"] is not None else figure(part)


def _intensity(intensity: Mapping[str, Any]) -> str:
    if intensity["quantity"]["value"] is None:
        return figure(intensity["quantity"])
    dated = intensity["when"] or intensity["year"] or "no year"
    return (
        f"{figure(intensity['quantity'])}, {intensity['region']}, {intensity['kind']}, "
        f"{intensity['basis']}; {intensity['source']}, {dated}"
    )


def _energy(component: Mapping[str, Any]) -> tuple[str, ...]:
    count = "" if component["count"] == 1 else f" x {component['count']:g}"
    return (
        component["name"] + count,
        figure(component["facility_energy"]),
        figure(component["pue"]),
        component["kind"],
        component["energy_source"],
    )


def _embodied(component: Mapping[str, Any]) -> tuple[str, ...]:
    keys = ("total_embodied", "lifespan", "reserved", "resource_share", "embodied")
    return (component["name"], *(_cell(component[key]) for key in keys), component["embodied_source"])


def _cell(quantity: Mapping[str, Any]) -> str:
    """A figure in a table; the reason of an unknown one stands below it."""
    return "open" if quantity["value"] is None else figure(quantity, 4)


def _open(quantity: Mapping[str, Any], name: str) -> str:
    return "" if quantity["value"] is not None else f"{name} is open: {_safe(quantity['reason'])}."


def _pair(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["component"], item["reason"]


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(_safe(str(cell)) for cell in line) + " |" for line in lines)


def _list(sentences: list[str]) -> str:
    return "\n".join(f"- {_safe(sentence)}" for sentence in sentences)


def _safe(text: str) -> str:
    """Text that cannot break a table or smuggle markup into a page."""
    return text.replace("\n", " ").replace("|", "\\|").replace("<", "&lt;")
