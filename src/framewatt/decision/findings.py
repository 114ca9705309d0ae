"""What a run folder holds, sorted by candidate: the only place where the document reads stored records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from framewatt.carbon.network import PUBLISHED, Network, network_of
from framewatt.decision.audits import unsteady_candidates
from framewatt.decision.conclusion import Conclusion, conclude
from framewatt.metering.power.model import PowerModel
from framewatt.records import Usage, Verdict
from framewatt.runs.replay import Replay, replay

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.carbon.basis import CarbonBasis
    from framewatt.race import Standings
    from framewatt.records import Measurement
    from framewatt.runs.folder import RunFolder


@dataclass(frozen=True, slots=True)
class Findings:
    """A run, read once. Mappings are by candidate id; the last record of a kind counts.

    `admission_seconds` is what of the budget was spent before the race.
    """

    manifest: Mapping[str, Any]
    model: PowerModel
    replay: Replay | None
    standings: Standings | None
    conclusion: Conclusion
    measurements: Mapping[str, list[Measurement]] = field(default_factory=dict)
    statuses: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    environments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    converters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    conversions: Mapping[str, Usage] = field(default_factory=dict)
    parities: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    qualities: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    inputs: Mapping[str, Any] | None = None
    overruled: str | None = None
    trainings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    target: Mapping[str, Any] | None = None
    network: Network = PUBLISHED
    admission_seconds: float = 0.0


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
        model=PowerModel.from_parameters(run.manifest["power_model"]),
        replay=replayed,
        standings=standings,
        conclusion=_conclude(standings, windows, run.manifest["request"]["margin"]),
        measurements=measurements,
        statuses=_by_candidate(run, "status"),
        environments=_by_candidate(run, "environment"),
        converters=_by_candidate(run, "converter"),
        conversions={record["key"]: Usage(**record["cost"]) for record in run.records("conversion")},
        parities=_by_candidate(run, "parity"),
        qualities=_by_candidate(run, "quality"),
        inputs=next(run.records("inputs"), None),
        overruled=next((record["overruled"] for record in run.records("oracle")), None),
        trainings=_by_candidate(run, "training"),
        target=next(run.records("target"), None),
        admission_seconds=next((record["seconds"] for record in run.records("admitted")), 0.0),
        network=network or network_of(run.manifest["request"].get("network_energy")),
    )


def _conclude(standings: Standings | None, windows: Sequence[Measurement], margin: float) -> Conclusion:
    """The race's verdict after the audits: a cost that still moves decides nothing by its mean."""
    if standings is None:
        return Conclusion(Verdict.NONE, (), "nobody was admitted to the race")
    moving = unsteady_candidates(windows, margin)
    return conclude(standings.verdict, standings.selected, standings.reason, moving)


def _by_candidate(run: RunFolder, kind: str) -> dict[str, dict[str, Any]]:
    return {record["candidate"]: record for record in run.records(kind)}
