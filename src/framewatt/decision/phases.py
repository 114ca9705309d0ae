"""What it took before the steady state: a candidate's phases, from the download to the edit-run loop."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from framewatt.decision.figures import energy_of_usage, mean_over_trials
from framewatt.metering.accounting import reserved_joules
from framewatt.records import Phase, Provenance, Quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.decision.findings import Findings
    from framewatt.records import Estimate, Measurement, Usage
    from framewatt.runs.records import BuiltEnvironment

_LAUNCH = (Phase.IMPORT, Phase.LOAD, Phase.COMPILE, Phase.WARMUP)
_LOOP = (Phase.IMPORT, Phase.LOAD, Phase.COMPILE)
"""From the start of a process to its first result."""
_UNTIMED = "depends on the network; the cache may have held the files"


@dataclass(frozen=True, slots=True)
class PhaseCost:
    """What a phase takes; `bytes` only where it is a matter of size."""

    energy: Quantity
    duration: Quantity
    cpu_seconds: Quantity
    bytes: Quantity = field(default_factory=lambda: Quantity.unknown("B", "not a matter of size"))

    def to_json(self) -> dict[str, Any]:
        """The phase as the document shows it."""
        return {
            "energy": self.energy.to_json(),
            "duration": self.duration.to_json(),
            "cpu_seconds": self.cpu_seconds.to_json(),
            "bytes": self.bytes.to_json(),
        }


def phases_of(candidate: str, findings: Findings) -> dict[str, PhaseCost]:
    """Each phase's cost.

    Once a machine: ``download``, ``install``, ``first_import`` and ``second_import`` of its own environment,
    ``convert_download`` and ``convert_install`` of its converter's, ``convert``. Of every process that
    starts: ``import``, ``load``, ``compile`` (with the first inference or training step; on a table: round),
    ``warmup``. ``edit_run`` is what changing a line costs until the first result: a fresh process with warm
    caches.
    """
    environment = findings.environments.get(candidate)
    converter = findings.converters.get(candidate)
    built = "the user's own interpreter was used as it is" if environment else "its environment was not built"
    no_converter = "it has no converter in an environment of its own"
    once = {
        **_environment("", environment, findings, built),
        **_environment("convert_", converter, findings, no_converter),
        "convert": _unmetered(_conversion(candidate, findings), findings, "nothing had to be converted"),
        "first_import": _unmetered(environment.first_import if environment else None, findings, built),
        "second_import": _unmetered(environment.second_import if environment else None, findings, built),
    }
    measurements = findings.measurements.get(candidate, [])
    launches = {}
    for phase in _LAUNCH:
        windows = [m for m in measurements if m.phase is phase]
        if phase is Phase.COMPILE:
            windows = windows[:1]  # the first trial's: later ones may find a compiler's cache warm
        launches[phase.value] = _metered([[window] for window in windows], findings)
    return {**once, **launches, "edit_run": _metered(_warm_launches(measurements), findings)}


def _environment(
    prefix: str, environment: BuiltEnvironment | None, findings: Findings, missing: str
) -> dict[str, PhaseCost]:
    """Getting and installing the packages of one environment."""
    size = _bytes(environment.download_bytes if environment else None, Provenance.PUBLISHED, missing)
    installed = _bytes(environment.installed_bytes if environment else None, Provenance.MEASURED, missing)
    download = PhaseCost(
        energy=findings.network.energy(size),
        duration=Quantity.unknown("s", _UNTIMED),
        cpu_seconds=Quantity.unknown("s", "counted with the installation"),
        bytes=size,
    )
    install = _unmetered(environment.install if environment else None, findings, missing)
    return {f"{prefix}download": download, f"{prefix}install": replace(install, bytes=installed)}


def _unmetered(usage: Usage | None, findings: Findings, missing: str) -> PhaseCost:
    return PhaseCost(
        energy=energy_of_usage(usage, findings.model, missing),
        duration=_seconds(usage.seconds if usage else None, missing),
        cpu_seconds=_seconds(usage.cpu_seconds if usage else None, missing),
    )


def _warm_launches(measurements: Sequence[Measurement]) -> list[list[Measurement]]:
    """The steps of each launch up to its first result; the first launch's only where there is no other.

    Launches are told apart by their import, with which each begins: a trial's number may occur twice.
    """
    launches: list[list[Measurement]] = []
    for measurement in measurements:
        if measurement.phase is Phase.IMPORT:
            launches.append([])
        if launches and measurement.phase in _LOOP:
            launches[-1].append(measurement)
    whole = [launch for launch in launches if len(launch) == len(_LOOP)]
    return whole[1:] or whole


def _metered(launches: Sequence[Sequence[Measurement]], findings: Findings) -> PhaseCost:
    """The mean over launches of the sum of each one's windows.

    Steps too short for the meter have no energy, and say so.
    """
    if not launches:
        return _unmetered(None, findings, "no launch of it went through this phase")
    meter = findings.manifest.meter
    reason = next((m.invalid for launch in launches for m in launch if m.invalid), "no valid window")
    joules = [sum(map(reserved_joules, launch)) for launch in launches if not any(m.invalid for m in launch)]
    seconds = [sum(m.usage.seconds for m in launch) for launch in launches]
    cpu = [sum(m.usage.cpu_seconds for m in launch) for launch in launches]
    measured = Provenance.MEASURED
    energy = Quantity.of_estimate(_mean(joules), "J", meter.provenance, missing=reason, scope=meter.scope)
    return PhaseCost(
        energy=energy,
        duration=Quantity.of_estimate(_mean(seconds), "s", measured, missing="too short to time"),
        cpu_seconds=Quantity.of_estimate(_mean(cpu), "s", measured, missing="too short for the CPU clock"),
    )


def _mean(values: Sequence[float]) -> Estimate | None:
    return mean_over_trials({number: [value] for number, value in enumerate(values) if value > 0})


def _seconds(value: float | None, missing: str) -> Quantity:
    return Quantity.unknown("s", missing) if value is None else Quantity(value, "s", Provenance.MEASURED)


def _bytes(value: int | None, provenance: Provenance, missing: str) -> Quantity:
    return Quantity.unknown("B", missing) if value is None else Quantity(float(value), "B", provenance)


def _conversion(candidate: str, findings: Findings) -> Usage | None:
    made = findings.conversions.get(candidate)
    return made.cost if made else None
