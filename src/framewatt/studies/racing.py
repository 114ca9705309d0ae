"""Running the race: ask for a block, run it, store what was measured, tell the race, until it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from framewatt.errors import Inapplicable, TrialFailed
from framewatt.records import Phase, Status, latency
from framewatt.records.units import format_duration
from framewatt.runs.carbon_basis import stored_basis
from framewatt.runs.records import BlockTold, CandidateDropped
from framewatt.runs.replay import replay

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from framewatt.race import Race
    from framewatt.records import Block, Measurement
    from framewatt.studies.context import StudyContext
    from framewatt.trials.blocks import BlockOutcome

_Contestant = TypeVar("_Contestant")
_Contestant_contra = TypeVar("_Contestant_contra", contravariant=True)


class Runner(Protocol[_Contestant_contra]):
    """Who runs blocks; every finished window is stored at once."""

    def run(
        self, block: Block, contestants: Mapping[str, _Contestant_contra], done: set[tuple[str, int]]
    ) -> BlockOutcome:
        """Run a block's slots in order, leaving out the (candidate, window) pairs that are `done`."""


def run_race(
    contestants: dict[str, _Contestant],
    recruit: Callable[[str], _Contestant | None],
    runner: Runner[_Contestant],
    context: StudyContext,
) -> None:
    """Go on from whatever is stored until the race is over; `contestants` grows by whom it recruits.

    `recruit` makes a candidate ready that the race asks for and that is none of them; None: it may not race.
    """
    stored = replay(context.run, stored_basis(context.run.manifest))
    if stored is None:
        return
    race = stored.race
    context.progress.standing(race.standings(), context.request.race.budget)
    while (block := stored.ask()) is not None:
        refused = _recruit(block, contestants, recruit)
        earlier = _finished(stored.measurements, block)
        outcome = runner.run(block, contestants, {(m.candidate, m.window) for m in earlier})
        event = BlockTold(block.number, outcome.seconds, outcome.launch_seconds, outcome.earlier_launches)
        context.keep(event)
        stored.tell(block, [*earlier, *outcome.measurements], event)
        fallen = {**outcome.fallen, **_too_slow(outcome.measurements, context)}
        for name, reason in {**refused, **{name: str(error) for name, error in fallen.items()}}.items():
            _drop(race, name, reason, context)
        for name, error in fallen.items():
            status = Status.FAILED if isinstance(error, TrialFailed) else Status.INFEASIBLE
            context.settle(name, status, str(error))
        context.progress.standing(race.standings(), context.request.race.budget)


def _recruit(
    block: Block, contestants: dict[str, _Contestant], recruit: Callable[[str], _Contestant | None]
) -> dict[str, str]:
    """Make ready who is asked for the first time; returns who may not race."""
    refused = {}
    for slot in block.slots:
        if slot.candidate not in contestants:
            contestant = recruit(slot.candidate)
            if contestant is None:
                refused[slot.candidate] = "it was not admitted"
            else:
                contestants[slot.candidate] = contestant
    return refused


def _finished(measurements: list[Measurement], block: Block) -> list[Measurement]:
    """The block's windows that an earlier life of this run has finished."""
    return [m for m in measurements if m.block == block.number and m.phase is Phase.STEADY and not m.invalid]


def _drop(race: Race, name: str, reason: str, context: StudyContext) -> None:
    context.keep(CandidateDropped(name, reason))
    race.drop(name, reason)


def _too_slow(measurements: list[Measurement], context: StudyContext) -> dict[str, Exception]:
    """Candidates whose latency percentile exceeds the bound beyond doubt."""
    bound = context.request.work.latency_bound()
    slow: dict[str, Exception] = {}
    if bound is None:
        return slow
    percent, limit = bound
    for name in {m.candidate for m in measurements}:
        counts = latency.merge(m.latency for m in measurements if m.candidate == name and m.latency)
        low, _ = latency.percentile_interval(counts, percent)
        if low is not None and low > limit:
            excess = f"p{percent:.0f} is above {format_duration(low)}"
            slow[name] = Inapplicable(f"{excess}; --max-latency {context.request.work.max_latency}")
    return slow
