"""What a run folder holds, sorted by candidate: the only place where the document reads stored records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from framewatt.power.model import PowerModel
from framewatt.reconstruction import Replay, replay
from framewatt.records import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.carbon.views import CarbonBasis
    from framewatt.race import Standings
    from framewatt.records import Measurement
    from framewatt.store import RunFolder


@dataclass(frozen=True, slots=True)
class Evidence:
    """A run, read once. Mappings are by candidate id; the last record of a kind counts."""

    manifest: Mapping[str, Any]
    basis: CarbonBasis
    model: PowerModel
    replay: Replay | None
    standings: Standings | None
    measurements: Mapping[str, list[Measurement]] = field(default_factory=dict)
    statuses: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    environments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    conversions: Mapping[str, Usage] = field(default_factory=dict)
    parities: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    qualities: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    trainings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    target: Mapping[str, Any] | None = None


def read_evidence(run: RunFolder, basis: CarbonBasis) -> Evidence:
    """Everything the document needs from a run."""
    replayed = replay(run, basis)
    measurements: dict[str, list[Measurement]] = {}
    for measurement in run.measurements():
        measurements.setdefault(measurement.candidate, []).append(measurement)
    return Evidence(
        manifest=run.manifest,
        basis=basis,
        model=PowerModel.from_parameters(run.manifest["power_model"]),
        replay=replayed,
        standings=replayed.race.standings() if replayed else None,
        measurements=measurements,
        statuses=_by_candidate(run, "status"),
        environments=_by_candidate(run, "environment"),
        conversions={record["key"]: Usage(**record["cost"]) for record in run.records("conversion")},
        parities=_by_candidate(run, "parity"),
        qualities=_by_candidate(run, "quality"),
        trainings=_by_candidate(run, "training"),
        target=next(run.records("target"), None),
    )


def _by_candidate(run: RunFolder, kind: str) -> dict[str, dict[str, Any]]:
    return {record["candidate"]: record for record in run.records(kind)}
