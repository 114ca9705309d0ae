"""From a decided run to disclosures: whatever it measured, nothing is measured again."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from framewatt.carbon import sci
from framewatt.carbon.ai import DRAFT, SIDE_OF
from framewatt.carbon.basis import View
from framewatt.carbon.boundary import Boundary, Component
from framewatt.carbon.disclosure.document import DisclosureContext, disclosure
from framewatt.carbon.disclosure.schema import AiScore
from framewatt.errors import BadInput
from framewatt.records import Provenance, Quantity
from framewatt.records.arithmetic import product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.carbon.decided import CandidateFigures, RunFigures
    from framewatt.carbon.disclosure.schema import Disclosure

_EXCLUDED = (
    ("network and clients", "the framework does not decide what happens outside this machine"),
    (
        "training, conversion and installation",
        "each has its own energy under phases; a unit of work does not repeat them",
    ),
)
_UNITS = 1e6
"""A score per unit is disclosed for a period of at least so many units, or of one hour if that is longer."""


def disclosures(run: RunFigures) -> dict[str, Disclosure]:
    """A disclosure for each measured candidate, the selected ones first; the first has the run's rankings.

    Raises:
        BadInput: no candidate was measured, or the document is of the consequential view.
    """
    if run.basis.view is not View.ATTRIBUTIONAL:
        raise BadInput(
            "a disclosure is of the attributional view (reserved energy, average intensity, M); "
            "render the run again without --view consequential"
        )
    measured = run.measured()
    if not measured:
        raise BadInput("no candidate of this run has an energy figure: there is nothing to disclose")
    documents = {row.id: _disclosed(run, row) for row in measured}
    first = measured[0].id
    documents[first] = replace(documents[first], elsewhere=run.elsewhere or None, starts=run.starts or None)
    return documents


def boundary_of(run: RunFigures, row: CandidateFigures) -> Boundary:
    """A candidate's work as a boundary."""
    machine, sharing = run.basis.machine(), run.basis.sharing
    reserved = _reserved_hours(run, row)
    units = _round_number(reserved)
    energy = row.wall_energy()
    component = Component(
        name=machine.description or "the machine of the run",
        energy=energy.scaled(units * sci.energy_unit(energy.unit)[1], sci.KWH),
        pue=run.basis.pue,
        total_embodied=machine.total,
        lifespan=machine.lifespan_hours,
        reserved=reserved.scaled(units, "h"),
        resource_share=product("1", machine.reserved_share, sharing.part()),
        energy_source=_energy_source(run, row),
        embodied_source=machine.source or "not stated",
    )
    return Boundary(
        components=(component,),
        units=Quantity(units, run.unit, Provenance.MEASURED),
        intensity=run.basis.intensity,
        no_intensity=run.basis.no_intensity,
        warnings=_sentences(run, row),
    )


def _disclosed(run: RunFigures, row: CandidateFigures) -> Disclosure:
    boundary = boundary_of(run, row)
    document = disclosure(boundary, _context(run, row, boundary.components[0].name))
    if run.stage is None:
        return document
    return replace(document, ai=AiScore(SIDE_OF[run.stage], run.stage, DRAFT))


def _reserved_hours(run: RunFigures, row: CandidateFigures) -> Quantity:
    """Hours of reserved hardware per unit; open where M is, since nothing then rests on them."""
    if row.footprint is None or row.footprint.embodied.value is None:
        reason = row.footprint.embodied.reason if row.footprint else None
        return Quantity.unknown("h", reason or "M is open")
    return run.basis.sharing.hours(row.seconds)


def _round_number(reserved: Quantity) -> float:
    if not reserved.value:
        return _UNITS
    return max(_UNITS, 10.0 ** math.ceil(math.log10(1 / reserved.value)))


def _energy_source(run: RunFigures, row: CandidateFigures) -> str:
    meter = f"meter {run.meter}, {run.meter_provenance}"
    if row.remainder is None or not row.remainder.value:
        return meter
    return f"{meter}; and what it does not see: {row.remainder.reason}"


def _context(run: RunFigures, row: CandidateFigures, machine: str) -> DisclosureContext:
    return DisclosureContext(
        software=f"{run.workload} under {row.id}",
        included=((machine, "all that the work holds, its idle share included, at the wall"),),
        excluded=_EXCLUDED,
        why_r=f"one {run.unit} is the unit in which the study compared its candidates",
        how_counted="by the worker, in metered windows of a steady state",
        sharing=run.basis.sharing.sentence(),
        assumptions=(
            f"the figures hold as measured: {run.conditions}",
            f"energy by {_energy_source(run, row)}",
        ),
        limitations=tuple(_limitations(run)),
    )


def _limitations(run: RunFigures) -> Iterator[str]:
    if not run.selected:
        yield (
            f"the study selected no candidate (verdict: {run.verdict}); this one is listed first, not chosen"
        )
    if run.meter_provenance != Provenance.MEASURED:
        yield "the energy is estimated, not measured: its interval is part of the score's"
    yield "steady state only: start, loading and warm-up of the framework are phases of their own"


def _sentences(run: RunFigures, row: CandidateFigures) -> tuple[str, ...]:
    of_the_grid = run.basis.intensity.warnings if run.basis.intensity else ()
    own = (sentence for sentence, candidate in run.warnings if candidate in {None, row.id})
    return tuple(dict.fromkeys((*of_the_grid, *own)))
