"""What a gate needs of a run: each candidate's cost per trial, and what makes runs comparable."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from framewatt.decision import build_decision
from framewatt.errors import BadInput
from framewatt.metering.accounting import observations, reserved_joules
from framewatt.metering.power.model import PowerModel
from framewatt.runs.commands import net_observations
from framewatt.runs.folder import RunFolder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from framewatt.records import Observation
    from framewatt.runs.manifest import CandidateLine, Manifest

METRICS = ("energy", "cpu_seconds", "sci")


@dataclass(frozen=True, slots=True)
class RunTrials:
    """One run: observations by candidate key, and the manifest's facts that must be alike.

    A key is the candidate without its version, so that an upgrade is compared with what it replaces; where a
    run holds two versions of one framework, the key keeps them apart.
    """

    path: str
    ids: dict[str, str]
    observations: dict[str, list[Observation]]
    sci_per_joule: dict[str, float]
    alike: dict[str, Any]

    def trials(self, key: str, metric: str, anchor: str | None) -> list[float]:
        """Mean log cost of each trial, relative to the anchor in the same blocks where there is one.

        Raises:
            BadInput: the anchor did not run beside the candidate.
        """
        beside = self._by_block(anchor, metric) if anchor else {}
        by_trial: dict[int, list[float]] = defaultdict(list)
        for window in self.observations[key]:
            if anchor is None or window.block in beside:
                log = self._log(key, window, metric) - beside.get(window.block, 0.0)
                by_trial[window.trial].append(log)
        if not by_trial:
            raise BadInput(f"{self.path}: the anchor never ran beside {self.ids[key]}; choose another")
        return [float(np.mean(logs)) for _, logs in sorted(by_trial.items())]

    def _by_block(self, key: str, metric: str) -> dict[int, float]:
        blocks: dict[int, list[float]] = defaultdict(list)
        for window in self.observations[key]:
            blocks[window.block].append(self._log(key, window, metric))
        return {block: float(np.mean(logs)) for block, logs in blocks.items()}

    def _log(self, key: str, window: Observation, metric: str) -> float:
        if metric == "cpu_seconds":
            return float(np.log(window.cpu_seconds))
        return float(np.log(window.cost * (self.sci_per_joule[key] if metric == "sci" else 1.0)))


def read_run(path: Path, metric: str) -> RunTrials:
    """Read a run folder.

    Raises:
        BadInput: no run folder, nothing measured in it, or no SCI where that is asked for.
    """
    run = RunFolder.open_run(path)
    manifest = run.manifest
    observed: dict[str, list[Observation]] = defaultdict(list)
    for observation in _observations(run):
        if observation.cost > 0 and observation.cpu_seconds > 0:
            observed[observation.candidate].append(observation)
    if not observed:
        raise BadInput(f"{path}: no candidate was measured in this run")
    keys = _keys([line for line in manifest.candidates if line.id in observed])
    part, factors = _sci_per_joule(run, keys) if metric == "sci" else (None, {})
    return RunTrials(
        path=str(path),
        ids={key: name for name, key in keys.items()},
        observations={keys[name]: rows for name, rows in observed.items() if name in keys},
        sci_per_joule=factors,
        alike=_alike(manifest) | {"SCI": part},
    )


def _observations(run: RunFolder) -> list[Observation]:
    """Of commands, net of the null command."""
    windows = run.measurements()
    if run.manifest.question is not None:
        return net_observations(windows)
    return observations(windows, reserved_joules)


def _keys(lines: list[CandidateLine]) -> dict[str, str]:
    """Candidate ids to keys without the version, unless that would make two of them one."""
    bare = {line.id: line.id.replace(f"@{line.version}/", "/", 1) for line in lines}
    values = list(bare.values())
    return {name: key if values.count(key) == 1 else name for name, key in bare.items()}


def _sci_per_joule(run: RunFolder, keys: Mapping[str, str]) -> tuple[str, dict[str, float]]:
    """Which part of the score the run knows, and by candidate key how much of it a joule carries."""
    rows = [row for row in build_decision(run).document["candidates"] if row["id"] in keys]
    rows = [row for row in rows if row["energy_per_unit"]["value"]]
    whole = all(row["sci"]["score"]["value"] is not None for row in rows)
    part, scope = ("score", "the whole score") if whole else ("operational", "operational emissions alone")
    factors = {}
    for row in rows:
        emissions = row["sci"][part]
        if emissions["value"] is None:
            raise BadInput(f"{run.path}: no SCI in this run ({emissions['reason']}); measure with --region")
        if emissions["value"] <= 0:
            raise BadInput(f"{run.path}: the SCI of {row['id']} is 0, so there is no ratio; gate on energy")
        factors[keys[row["id"]]] = emissions["value"] / row["energy_per_unit"]["value"]
    return scope, factors


def _alike(manifest: Manifest) -> dict[str, Any]:
    request, host, meter = manifest.request, manifest.host, manifest.meter
    return {
        "machine": (host.cpu_model, host.logical_cpus, host.machine),
        "model": manifest.workload.sha256,
        "functional unit": manifest.functional_unit.to_json(),
        "scenario": (request.work.scenario, request.work.batch_size),
        "samples": (request.work.samples, request.work.dims),
        "threads": request.candidates.threads,
        "meter": (meter.name, meter.scope.value, sorted(meter.domains)),
        "power model": _fingerprint(PowerModel.of_meter(meter.parameters)),
    }


def _fingerprint(model: PowerModel | None) -> str:
    """A name for the model behind an estimate that changes with any of its parameters."""
    if model is None:
        return "none"
    content = json.dumps(model.parameters(), sort_keys=True).encode()
    return f"{model.cpu}#{hashlib.sha256(content).hexdigest()[:8]}"
