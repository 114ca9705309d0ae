"""The frameworks of a decision, each by the best of its raced settings, and the setting that was taken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from framewatt.records import Quantity, Status, Verdict
from framewatt.records.units import significant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.decision.candidate_row import CandidateRow
    from framewatt.decision.findings import Findings
    from framewatt.race import FrameworkStanding, SettingStanding
    from framewatt.records import Estimate, Provenance
    from framewatt.runs.manifest import CandidateLine

_FELL = {Status.INFEASIBLE, Status.INAPPLICABLE, Status.FAILED}


class Place(StrEnum):
    """Where a framework ended."""

    CHOSEN = "chosen"
    MAYBE = "maybe"
    RULED_OUT = "ruled_out"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FrameworkRow:
    """One framework: its best candidate, and its cost over the cheapest framework's."""

    key: str
    framework: str
    name: str
    candidate: str
    place: Place
    status: Status
    reason: str | None
    to_best: Quantity
    cpu_to_best: Quantity

    def ratio(self, decided_on: str | None) -> Quantity:
        """The ratio that the verdict rests on."""
        return self.cpu_to_best if decided_on == "cpu_seconds" else self.to_best

    def to_json(self) -> dict[str, Any]:
        """The framework as the document shows it."""
        return {
            "key": self.key,
            "framework": self.framework,
            "name": self.name,
            "candidate": self.candidate,
            "standing": self.place.value,
            "status": self.status.value,
            "reason": self.reason,
            "ratio_to_best": self.to_best.to_json(),
            "cpu_ratio_to_best": self.cpu_to_best.to_json(),
        }


def framework_rows(rows: Sequence[CandidateRow], findings: Findings) -> list[FrameworkRow]:
    """One row a framework that was tried: the selected first, then the cheapest, those that fell last."""
    standings = {s.family: s for s in findings.standings.frameworks} if findings.standings else {}
    grouped: dict[str, list[CandidateRow]] = {}
    for row in rows:
        grouped.setdefault(row.line.contestant, []).append(row)
    names = _names([group[0].line for group in grouped.values()])
    made = [
        _row(names[key], group, standings.get(key), findings)
        for key, group in grouped.items()
        if not all(row.line.as_shipped for row in group) or len(group) > 1 or key in standings
    ]
    selected = list(findings.conclusion.selected)
    decided_on = findings.standings.decided_on if findings.standings else None

    def rank(row: FrameworkRow) -> tuple[int, bool, float]:
        ratio = row.ratio(decided_on).value
        first = selected.index(row.candidate) if row.candidate in selected else len(selected)
        return first, row.place is Place.FAILED, float("inf") if ratio is None else ratio

    return sorted(made, key=rank)


def _names(lines: Sequence[CandidateLine]) -> dict[str, str]:
    """Titles, with the version or the repeat where a title alone would be two frameworks'."""
    titles = [line.title for line in lines]
    return {
        line.contestant: line.title
        if titles.count(line.title) == 1
        else f"{line.title} {line.contestant.partition('@')[2] or line.framework}"
        for line in lines
    }


def _row(
    name: str, group: Sequence[CandidateRow], standing: FrameworkStanding | None, findings: Findings
) -> FrameworkRow:
    best = next((row for row in group if standing and row.id == standing.best), group[0])
    best = next((row for row in group if row.id in findings.conclusion.selected), best)
    missing = best.reason or "it was not raced"
    energy = best.ratios.to_best.provenance
    return FrameworkRow(
        key=best.line.contestant,
        framework=best.line.framework,
        name=name,
        candidate=best.id,
        place=_place(best, standing, findings),
        status=best.status,
        reason=best.reason,
        to_best=_figure(standing.ratio_to_best if standing else None, energy, missing),
        cpu_to_best=_figure(
            standing.cpu_ratio_to_best if standing else None, best.ratios.cpu_to_best.provenance, missing
        ),
    )


def _figure(estimate: Estimate | None, provenance: Provenance | None, missing: str) -> Quantity:
    if estimate is None or provenance is None:
        return Quantity.unknown("1", missing)
    return Quantity.of_estimate(estimate, "1", provenance)


def _place(best: CandidateRow, standing: FrameworkStanding | None, findings: Findings) -> Place:
    if standing is None or best.status in _FELL:
        return Place.FAILED
    verdict = findings.conclusion.verdict
    if best.id in findings.conclusion.selected and verdict is not Verdict.UNDECIDED:
        return Place.CHOSEN
    by_cpu = findings.standings is not None and findings.standings.decided_on == "cpu_seconds"
    ratio = standing.cpu_ratio_to_best if by_cpu else standing.ratio_to_best
    beyond = ratio is not None and ratio.low > 1 + findings.manifest.request.race.margin
    return Place.RULED_OUT if beyond or not standing.surviving else Place.MAYBE


def setting_block(rows: Mapping[str, CandidateRow], findings: Findings) -> dict[str, Any] | None:
    """Which setting of the chosen framework was taken, and how sure that is; None where nobody was chosen."""
    setting = findings.standings.setting if findings.standings else None
    if setting is None or setting.candidates[0] not in findings.conclusion.selected[:1]:
        return None
    return {
        "verdict": setting.verdict.value,
        "candidates": list(setting.candidates),
        "regret": _regret(setting, rows).to_json(),
        "sentence": _sentence(setting, rows),
    }


def _regret(setting: SettingStanding, rows: Mapping[str, CandidateRow]) -> Quantity:
    if setting.verdict is Verdict.UNCONTESTED:
        return Quantity.unknown("1", "only one of its settings was raced")
    provenance = rows[setting.candidates[0]].ratios.cpu_to_best.provenance
    if setting.regret is None or provenance is None:
        return Quantity.unknown("1", "too little was measured to bound it")
    return Quantity(setting.regret, "1", provenance, 0.0, setting.regret)


def _sentence(setting: SettingStanding, rows: Mapping[str, CandidateRow]) -> str | None:
    taken = rows[setting.candidates[0]]
    siblings = [row for row in rows.values() if row.line.contestant == taken.line.contestant]
    raced = [row for row in siblings if row.per_unit.cpu_seconds.value is not None]
    words = settings_in_words(taken, raced)
    if setting.verdict is Verdict.UNCONTESTED or not words:
        return None
    rest = f"the best of the {len(raced)} settings that were raced"
    most = None if setting.regret is None else f"at most {significant(100 * setting.regret, 2)} % dearer"
    return {
        Verdict.WINNER: f"{words}: its other settings are dearer",
        Verdict.GOOD: f"{words}: {most} than {rest}",
        Verdict.EQUIVALENT: f"{words}: {_others(len(setting.candidates) - 1)} would do as well",
    }.get(setting.verdict, f"{words} was taken: {f'{most} than' if most else 'it may not be'} {rest}")


def _others(number: int) -> str:
    return "another setting" if number == 1 else f"{number} other settings"


def settings_in_words(row: CandidateRow, siblings: Sequence[CandidateRow]) -> str:
    """What tells a candidate from its siblings: ``threads 1, spinning off``; empty where nothing does."""
    if row.line.as_shipped:
        return "as shipped"
    plain = [sibling.line for sibling in siblings if not sibling.line.as_shipped]
    differing = {
        key: value
        for key, value in row.line.settings.items()
        if any(line.settings.get(key) != value for line in plain)
    }
    return ", ".join(f"{key} {value}" for key, value in differing.items())
