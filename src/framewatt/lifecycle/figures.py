"""What a plan takes from decision documents: coefficients with their intervals, and differences of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from framewatt.records import Estimate, Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from framewatt.lifecycle.pairing import Part
    from framewatt.lifecycle.study import Row
    from framewatt.records import Quantity

_SET_UP = ("install", "first_import", "convert_install", "convert")
_DOWNLOADS = ("download", "convert_download")
_NOTHING_TO_DO = frozenset({"convert_download", "convert_install", "convert"})
"""Phases that most candidates do without: that there is no figure is no gap."""
ENERGY, CPU_SECONDS = "energy", "cpu_seconds"


@dataclass(frozen=True, slots=True)
class Figure:
    """An energy in J with its own interval, and how it compares with its study's best.

    `ratios` are to the best candidate of `study`, in energy and, where energy is an estimate, in measured CPU
    seconds; `best` is that candidate's energy. `common_scale` marks an interval that is the doubt about one
    factor, which all candidates share. `gaps` says what is not known and therefore not counted.
    """

    energy: Estimate
    provenance: Provenance
    ratios: Mapping[str, Estimate]
    best: float | None = None
    study: str | None = None
    common_scale: bool = False
    gaps: tuple[str, ...] = ()


def unit_energy(part: Part) -> Figure | None:
    """Energy per sample (or per model) of a candidate; None where it has none."""
    row, study = part.row, part.study
    if row.energy.value is None or row.energy.provenance is None:
        return None
    energy = interval(row.energy, study.samples)
    grounds = {ENERGY: row.ratio}
    if row.energy.provenance is Provenance.ESTIMATED:
        grounds[CPU_SECONDS] = row.cpu_ratio
    ratios = {basis: interval(ratio) for basis, ratio in grounds.items() if ratio.value is not None}
    if row.id == study.best:
        ratios = dict.fromkeys(grounds, Estimate(1.0, 1.0, 1.0))
    best = energy.value / ratios[ENERGY].value if ENERGY in ratios else None
    return Figure(energy, row.energy.provenance, ratios, best, study.run)


def set_up(rows: Iterable[Row]) -> Figure:
    """Installing, importing for the first time and converting, once a machine."""
    return _phases(_environments(rows), _SET_UP, common_scale=True)


def download(rows: Iterable[Row]) -> Figure:
    """What the network draws for the packages, once a machine."""
    return _phases(_environments(rows), _DOWNLOADS, common_scale=True)


def development_run(row: Row) -> Figure:
    """One edit-run loop: a fresh process up to its first step or inference."""
    return _phases([row], ("edit_run",))


def _environments(rows: Iterable[Row]) -> list[Row]:
    """An environment that two rows share counts once."""
    return list({(row.framework, row.version): row for row in rows}.values())


def _phases(rows: list[Row], wanted: tuple[str, ...], *, common_scale: bool = False) -> Figure:
    energies = [(phase, row.phases[phase]) for row in rows for phase in wanted]
    known = [energy for _, energy in energies if energy.value is not None]
    parts = [interval(energy) for energy in known]
    total = Estimate(*(sum(getattr(part, end) for part in parts) for end in ("value", "low", "high")))
    gaps = dict.fromkeys(
        f"{phase.replace('_', ' ')} ({energy.reason})"
        for phase, energy in energies
        if energy.value is None and phase not in _NOTHING_TO_DO
    )
    provenance = known[0].provenance if known else None
    return Figure(total, provenance or Provenance.DERIVED, {}, common_scale=common_scale, gaps=tuple(gaps))


def interval(quantity: Quantity, share: float = 1.0) -> Estimate:
    """A known figure and its ends, for one of `share` parts; an end that is not given is the value."""
    value = quantity.value or 0.0
    low = value if quantity.low is None else quantity.low
    high = value if quantity.high is None else quantity.high
    return Estimate(value / share, low / share, high / share)


def difference(first: Figure, second: Figure, basis: str = ENERGY) -> Estimate:
    """`first` less `second` in J, with a 95 % interval or wider.

    Two candidates of one study are compared through their ratios to its best, whose intervals leave out what
    both share (the meter's scale); with `basis` ``cpu_seconds`` through those of their measured CPU seconds.
    Figures of a common scale are compared at the same end of its doubt, for the same reason; others through
    their own intervals, taken at their worst.
    """
    if first is second:
        return Estimate(0.0, 0.0, 0.0)
    value = first.energy.value - second.energy.value
    a, b, scale = first.ratios.get(basis), second.ratios.get(basis), first.best
    if a and b and scale and first.study == second.study:
        value = value if basis == ENERGY else scale * (a.value - b.value)
        return Estimate(value, scale * (a.low - b.high), scale * (a.high - b.low))
    if first.common_scale and second.common_scale:
        ends = [getattr(first.energy, end) - getattr(second.energy, end) for end in ("low", "high")]
        return Estimate(value, min(*ends, value), max(*ends, value))
    return Estimate(value, first.energy.low - second.energy.high, first.energy.high - second.energy.low)
