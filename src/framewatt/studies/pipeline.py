"""What every measured study does: lock, prepare, admit, race, decide, write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from framewatt.decision import build_decision
from framewatt.records.units import format_duration
from framewatt.runs.records import Admitted, IdlePower
from framewatt.studies.racing import run_race
from framewatt.trials.idle import measure_idle
from framewatt.trials.window import Instrument

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from framewatt.contracts import Meter
    from framewatt.decision import Decision
    from framewatt.runs.folder import RunFolder
    from framewatt.studies.context import StudyContext
    from framewatt.studies.racing import Runner

GONE = "what it ran on is no longer there since the run was interrupted"
"""Why a candidate that had been admitted cannot race on."""
_IDLE_SECONDS = 5.0
_Contestant = TypeVar("_Contestant")
_Result_co = TypeVar("_Result_co", covariant=True)


class Study(Protocol[_Contestant, _Result_co]):
    """What differs from study to study; its steps are called in this order, once in a run's every life."""

    @property
    def context(self) -> StudyContext:
        """The question, the run and who watches."""

    def prepare(self) -> None:
        """Make everybody ready who may be admitted; who cannot be is settled with the reason."""

    def start(self) -> AbstractContextManager[Runner[_Contestant]]:
        """Who runs the blocks that the race asks for."""

    def admit(self) -> Admitted:
        """Find out who may race; asked once in a run."""

    def entrants(self) -> dict[str, _Contestant]:
        """Who is ready to race; of those, the race asks for who was admitted, now or in an earlier life."""

    def recruit(self, name: str) -> _Contestant | None:
        """Make a candidate ready that the race asks for and that is no entrant; None: it may not race."""

    def conclude(self) -> _Result_co:
        """What the finished run says, written beside its records."""


def conduct(study: Study[_Contestant, _Result_co]) -> _Result_co:
    """Carry a study from wherever its run stands to its end.

    Raises:
        BadInput: what was asked cannot be done.
        StoreError: another process is writing the run, or it cannot be written.
    """
    run = study.context.run
    run.lock()
    try:
        study.prepare()
        with study.start() as runner:
            if next(run.records(Admitted), None) is None:
                study.context.keep(study.admit())
            run_race(study.entrants(), study.recruit, runner, study.context)
        return study.conclude()
    finally:
        run.release()


def metered_idle(meter: Meter, context: StudyContext) -> Instrument:
    """The meter with the idle machine's power: known to an estimate, metered for a counter."""
    watts = meter.idle_watts()
    if watts is None:
        seconds = max(_IDLE_SECONDS, meter.minimum_window_seconds)
        context.progress.say(f"metering the idle machine for {format_duration(seconds)}")
        watts = measure_idle(meter, seconds)
    context.keep(IdlePower(watts))
    return Instrument(meter, watts)


def write_decision(run: RunFolder) -> Decision:
    """The decision of a finished race, written into its run folder."""
    decision = build_decision(run)
    run.write("decision.json", decision.to_json().encode())
    return decision
