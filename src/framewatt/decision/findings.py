"""What a run folder holds, sorted by candidate: the only place where the document reads stored records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from framewatt.carbon.network import PUBLISHED, Network, network_of
from framewatt.decision.audits import unsteady_candidates
from framewatt.decision.conclusion import Conclusion, conclude
from framewatt.records import Status, Verdict
from framewatt.runs.records import (
    Admitted,
    BuiltConverter,
    BuiltEnvironment,
    ConversionCost,
    Inputs,
    OracleOverruled,
    OwnFile,
    ParityCheck,
    Prepared,
    QualityScore,
    QualityTarget,
    Settled,
    TrainingOutcome,
)
from framewatt.runs.replay import Replay, replay

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from framewatt.carbon.basis import CarbonBasis
    from framewatt.metering.power.model import PowerModel
    from framewatt.race import Standings
    from framewatt.records import Measurement
    from framewatt.runs.folder import RunFolder
    from framewatt.runs.manifest import Manifest

_OfCandidate = TypeVar(
    "_OfCandidate", Settled, BuiltEnvironment, BuiltConverter, ParityCheck, QualityScore, TrainingOutcome
)


@dataclass(frozen=True, slots=True)
class Findings:
    """A run, read once. Mappings are by candidate id; the last record of a kind counts.

    `admission_seconds` is what of the budget was spent before the race, `preparation_seconds` what getting
    ready took beside it; None in runs that did not tell. `references` are those who were only run to be
    compared with, and why.
    """

    manifest: Manifest
    model: PowerModel
    replay: Replay | None
    standings: Standings | None
    conclusion: Conclusion
    measurements: Mapping[str, list[Measurement]] = field(default_factory=dict)
    statuses: Mapping[str, Settled] = field(default_factory=dict)
    environments: Mapping[str, BuiltEnvironment] = field(default_factory=dict)
    converters: Mapping[str, BuiltConverter] = field(default_factory=dict)
    conversions: Mapping[str, ConversionCost] = field(default_factory=dict)
    parities: Mapping[str, ParityCheck] = field(default_factory=dict)
    qualities: Mapping[str, QualityScore] = field(default_factory=dict)
    inputs: Inputs | None = None
    overruled: str | None = None
    own_files: tuple[OwnFile, ...] = ()
    trainings: Mapping[str, TrainingOutcome] = field(default_factory=dict)
    target: QualityTarget | None = None
    network: Network = PUBLISHED
    admission_seconds: float = 0.0
    preparation_seconds: float | None = None
    references: Mapping[str, str] = field(default_factory=dict)


def read_findings(run: RunFolder, basis: CarbonBasis, network: Network | None = None) -> Findings:
    """Everything the document needs from a run.

    Args:
        run: The run folder.
        basis: What its race was decided under.
        network: What a byte takes to come here; by default what the study was told.
    """
    replayed = replay(run, basis)
    standings = replayed.race.standings() if replayed else None
    measurements: dict[str, list[Measurement]] = {}
    windows = run.measurements()
    for measurement in windows:
        measurements.setdefault(measurement.candidate, []).append(measurement)
    return Findings(
        manifest=run.manifest,
        model=run.manifest.power_model,
        replay=replayed,
        standings=standings,
        conclusion=_conclude(standings, windows, run.manifest, _let_go(run)),
        measurements=measurements,
        statuses=_by_candidate(run.records(Settled)),
        environments=_by_candidate(run.records(BuiltEnvironment)),
        converters=_by_candidate(run.records(BuiltConverter)),
        conversions={record.key: record for record in run.records(ConversionCost)},
        parities=_by_candidate(run.records(ParityCheck)),
        qualities=_by_candidate(run.records(QualityScore)),
        inputs=next(run.records(Inputs), None),
        overruled=next((oracle.overruled for oracle in run.records(OracleOverruled)), None),
        own_files=tuple(run.records(OwnFile)),
        trainings=_by_candidate(run.records(TrainingOutcome)),
        target=next(run.records(QualityTarget), None),
        preparation_seconds=_preparation_seconds(run),
        references=next((admitted.references for admitted in run.records(Admitted)), {}),
        admission_seconds=next((admitted.seconds for admitted in run.records(Admitted)), 0.0),
        network=network or network_of(run.manifest.request.carbon.network_energy),
    )


def _conclude(
    standings: Standings | None, windows: Sequence[Measurement], manifest: Manifest, let_go: Sequence[str]
) -> Conclusion:
    """The race's verdict after the audits: a cost that still moves decides nothing by its mean."""
    if standings is None:
        return Conclusion(Verdict.NONE, (), "nobody was admitted to the race")
    proved = Conclusion(standings.verdict, standings.selected, standings.reason, standings.regret)
    return conclude(proved, unsteady_candidates(windows, manifest.request.race.margin), let_go)


def _let_go(run: RunFolder) -> list[str]:
    """Titles of those who would have raced, had the budget been longer."""
    settled = _by_candidate(run.records(Settled)).values()
    return [run.manifest.candidate(s.candidate).title for s in settled if s.status is Status.ELIMINATED]


def _preparation_seconds(run: RunFolder) -> float | None:
    """Seconds of preparation over all lives of the run."""
    seconds = [record.seconds for record in run.records(Prepared)]
    return sum(seconds) if seconds else None


def _by_candidate(records: Iterable[_OfCandidate]) -> dict[str, _OfCandidate]:
    return {record.candidate: record for record in records}
