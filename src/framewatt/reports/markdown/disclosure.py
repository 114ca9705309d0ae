"""A disclosure (``framewatt/sci/1``) for people: a few lines for the terminal, or a page of Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.carbon.disclosure.schema import (
        AiScore,
        DisclosedComponent,
        DisclosedIntensity,
        Disclosure,
        FunctionalUnit,
        Method,
    )
    from framewatt.carbon.places import PlaceRow
    from framewatt.records import Quantity

_LISTED = 12
"""So many starting hours are shown."""

_MARK = {True: "yes", False: "**no**", None: "open"}


def to_text(document: Disclosure) -> str:
    """The calculator's answer: the score to its last digit, its parts, and what it rests on."""
    unit = document.functional_unit
    rows = [
        ("SCI", _exactly(document.score, unit.name)),
        ("operational", _part(document.operational, unit.name)),
        ("embodied", _part(document.embodied, unit.name)),
        ("energy", figure(document.totals.energy) + ", facility overhead included"),
        ("intensity", _intensity(document.intensity)),
        ("R", f"{unit.count.value:g} {unit.name}"),
    ]
    rows += [("elsewhere", "  ".join(_place(place))) for place in document.elsewhere or ()]
    starts = (document.starts or ())[:_LISTED]
    rows += [("start", f"{start.when}  {figure(start.intensity, 4)}") for start in starts]
    failed = [check for check in document.checks if check.passed is False]
    rows += [("warning", sentence) for sentence in document.warnings]
    rows += [("warning", f"outside GSF's bounds: {item.check} (found {item.found})") for item in failed]
    return "".join(f"{label:<12} {text}\n" for label, text in rows)


def to_markdown(document: Disclosure) -> str:
    """The disclosure as a page: score, boundary, R, E, I, M, method, assumptions, limitations, checks."""
    unit, boundary = document.functional_unit, document.boundary
    sections = [
        f"# SCI disclosure: {_safe(document.software)}",
        f"{document.specification}. This score is **{document.claim}**.",
        f"**Score: {_exactly(document.score, unit.name)}**",
        _parts(document),
        "## Software boundary",
        _table(("included", "reason"), [(line.component, line.reason) for line in boundary.included]),
        _table(("excluded", "reason"), [(line.component, line.reason) for line in boundary.excluded]),
        "## Functional unit (R)",
        _functional_unit(unit),
        *_figures(document),
        "## Method",
        _method(document.method),
        *_ai(document.ai),
        *_elsewhere(document),
        "## Calculation",
        _list(document.calculation),
        "## Assumptions",
        _list(document.assumptions),
        "## Limitations",
        _list([*document.limitations, *document.warnings]),
        "## Consistency",
        _table(
            ("check", "passed", "found"),
            [(item.check, _MARK[item.passed], item.found) for item in document.checks],
        ),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _figures(document: Disclosure) -> list[str]:
    """E, I and M, a section each."""
    machine = ("component", "TE", "lifespan", "reserved", "RS", "M", "source")
    return [
        "## Energy (E)",
        _table(
            ("component", "kWh", "PUE", "kind", "source"), [_energy(item) for item in document.components]
        ),
        "## Carbon intensity (I)",
        _intensity(document.intensity) + ".",
        "## Embodied emissions (M)",
        _table(machine, [_embodied(item) for item in document.components]),
        _open(document.embodied, "M"),
        f"Sharing: {document.method.sharing}.",
    ]


def _ai(score: AiScore | None) -> list[str]:
    if score is None:
        return []
    sentence = f"This is the **{score.score}** score (stage: {score.stage}). {score.status}."
    return ["## SCI for AI", sentence]


def _elsewhere(document: Disclosure) -> list[str]:
    sections = []
    if document.elsewhere:
        columns = ("region", "intensity", "operational", "times the lowest", "basis", "year")
        rows = [_place(place) for place in document.elsewhere]
        sections += ["## The same work elsewhere", _table(columns, rows)]
    if document.starts:
        starts = [
            (start.when, figure(start.intensity, 4), figure(start.operational, 4))
            for start in document.starts[:_LISTED]
        ]
        header = ("start", "mean intensity", "operational")
        sections += ["## The same work at other hours", _table(header, starts)]
    return sections


def _place(place: PlaceRow) -> tuple[str, ...]:
    figures = (figure(place.intensity, 4), figure(place.operational, 4), f"{place.relative:.3g}")
    return (place.region, *figures, place.basis, str(place.year or ""))


def comparison(documents: Mapping[str, Disclosure]) -> str:
    """All candidates' scores by the identical method, as a section of Markdown; empty for a single one."""
    if len(documents) == 1:
        return ""
    rows = [
        (name, *(_cell(part) for part in (document.score, document.operational, document.embodied)))
        for name, document in documents.items()
    ]
    table = _table(("candidate", "score", "operational", "embodied"), rows)
    return f"## The same work under the other candidates\n\n{table}\n"


def figure(quantity: Quantity, digits: int = 6) -> str:
    """A quantity with its interval and provenance, or the reason why it is not known."""
    if quantity.value is None:
        return f"not known: {quantity.reason}"
    text = f"{quantity.value:.{digits}g} {quantity.unit}".removesuffix(" 1")
    if quantity.low is not None:
        text += f" [{quantity.low:.4g} to {quantity.high:.4g}]"
    return text


def _exactly(score: Quantity, name: str) -> str:
    if score.value is None:
        return f"open: {score.reason}"
    interval = "" if score.low is None else f" [{score.low:.4g} to {score.high:.4g}]"
    return f"{score.value!r} g per {_safe(name)}{interval}"


def _parts(document: Disclosure) -> str:
    name = document.functional_unit.name
    operational, embodied = (_part(part, name) for part in (document.operational, document.embodied))
    return f"Operational: {operational}. Embodied: {embodied}."


def _functional_unit(unit: FunctionalUnit) -> str:
    counted = f"{unit.count.value:g} {unit.name}"
    return _safe(f"{counted}. Why: {unit.why}. Counted: {unit.how_counted}.")


def _method(method: Method) -> str:
    chosen = f"Approach: {method.approach}; view: {method.view}. {method.formula}."
    return f"{chosen} Uncertainty: {method.uncertainty}."


def _part(part: Quantity, name: str) -> str:
    return figure(part).replace(f" gCO2eq/{name}", " g") if part.value is not None else figure(part)


def _intensity(intensity: DisclosedIntensity) -> str:
    if intensity.quantity.value is None:
        return figure(intensity.quantity)
    dated = intensity.when or intensity.year or "no year"
    return (
        f"{figure(intensity.quantity)}, {intensity.region}, {intensity.kind}, "
        f"{intensity.basis}; {intensity.source}, {dated}"
    )


def _energy(component: DisclosedComponent) -> tuple[str, ...]:
    count = "" if component.count == 1 else f" x {component.count:g}"
    return (
        component.name + count,
        figure(component.facility_energy),
        figure(component.pue),
        component.kind,
        component.energy_source,
    )


def _embodied(component: DisclosedComponent) -> tuple[str, ...]:
    figures = (
        component.total_embodied,
        component.lifespan,
        component.reserved,
        component.resource_share,
        component.embodied,
    )
    return (component.name, *map(_cell, figures), component.embodied_source)


def _cell(quantity: Quantity) -> str:
    """A figure in a table; the reason of an unknown one stands below it."""
    return "open" if quantity.value is None else figure(quantity, 4)


def _open(quantity: Quantity, name: str) -> str:
    return "" if quantity.value is not None else f"{name} is open: {_safe(quantity.reason or '')}."


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(_safe(str(cell)) for cell in line) + " |" for line in lines)


def _list(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {_safe(sentence)}" for sentence in sentences)


def _safe(text: str) -> str:
    """Text that cannot break a table or smuggle markup into a page."""
    return text.replace("\n", " ").replace("|", "\\|").replace("<", "&lt;")
