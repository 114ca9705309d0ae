"""What a plan takes from decision documents: coefficients with their intervals, and differences of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framewatt.records import Estimate, Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Row = Mapping[str, Any]

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
    provenance: str
    ratios: Mapping[str, Estimate]
    best: float | None = None
    study: str | None = None
    common_scale: bool = False
    gaps: tuple[str, ...] = ()


def unit_energy(row: Row, decision: Mapping[str, Any]) -> Figure | None:
    """Energy per sample (or per model) of a candidate; None where it has none."""
    quantity = row["energy_per_unit"]
    if quantity["value"] is None:
        return None
    energy = _interval(quantity, decision["functional_unit"]["samples"])
    estimated = quantity["provenance"] == Provenance.ESTIMATED
    columns = {ENERGY: "ratio_to_best"} | ({CPU_SECONDS: "cpu_ratio_to_best"} if estimated else {})
    ratios = {basis: row[column] for basis, column in columns.items()}
    found = {basis: _interval(ratio, 1.0) for basis, ratio in ratios.items() if ratio["value"] is not None}
    if row["id"] in decision["selected"][:1]:
        found = dict.fromkeys(columns, Estimate(1.0, 1.0, 1.0))
    best = energy.value / found[ENERGY].value if ENERGY in found else None
    return Figure(energy, quantity["provenance"], found, best, decision["run"])


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
    return list({(row["framework"], row["version"]): row for row in rows}.values())


def _phases(rows: list[Row], wanted: tuple[str, ...], *, common_scale: bool = False) -> Figure:
    quantities = [(row, phase, row["phases"][phase]["energy"]) for row in rows for phase in wanted]
    known = [quantity for *_, quantity in quantities if quantity["value"] is not None]
    parts = [_interval(quantity, 1.0) for quantity in known]
    energy = Estimate(*(sum(getattr(part, end) for part in parts) for end in ("value", "low", "high")))
    gaps = dict.fromkeys(
        f"{phase.replace('_', ' ')} ({quantity['reason']})"
        for _, phase, quantity in quantities
        if quantity["value"] is None and phase not in _NOTHING_TO_DO
    )
    provenance = known[0]["provenance"] if known else Provenance.DERIVED.value
    return Figure(energy, provenance, {}, common_scale=common_scale, gaps=tuple(gaps))


def _interval(quantity: Mapping[str, Any], share: float) -> Estimate:
    value = quantity["value"]
    low = quantity["low"] if quantity["low"] is not None else value
    high = quantity["high"] if quantity["high"] is not None else value
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
