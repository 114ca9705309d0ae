"""What it took before the steady state: download, install, convert, import, load, compile, warm-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from framewatt.accounting import reserved_joules
from framewatt.document.figures import energy_of_usage, mean_over_trials, plain, quantity
from framewatt.records import Phase, Provenance, Quantity, Scope, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.document.evidence import Evidence
    from framewatt.records import Measurement

_LAUNCH = (Phase.IMPORT, Phase.LOAD, Phase.COMPILE, Phase.WARMUP)
_NO_NETWORK_FACTOR = "no factor for the energy of the network is declared"


def phases_of(candidate: str, evidence: Evidence) -> dict[str, Any]:
    """Each phase as ``{energy, duration, cpu_seconds, bytes}``."""
    environment = evidence.environments.get(candidate, {})
    built = "the user's own interpreter was used as it is" if environment else "its environment was not built"
    converted = evidence.conversions.get(candidate)
    phases = {
        Phase.DOWNLOAD: _download(environment, built),
        Phase.INSTALL: _unmetered(_usage(environment.get("install")), evidence, built),
        Phase.CONVERT: _unmetered(converted, evidence, "nothing had to be converted"),
    }
    for phase in _LAUNCH:
        windows = [m for m in evidence.measurements.get(candidate, []) if m.phase is phase]
        if phase is Phase.COMPILE:
            windows = windows[:1]  # the first trial's: later ones may find a compiler's cache warm
        phases[phase] = _metered(windows, evidence)
    phases[Phase.INSTALL]["bytes"] = plain(
        _bytes(environment.get("installed_bytes"), Provenance.MEASURED, built)
    )
    return {phase.value: figures for phase, figures in phases.items()}


def _download(environment: Mapping[str, Any], missing: str) -> dict[str, Any]:
    return {
        "energy": plain(Quantity.unknown("J", _NO_NETWORK_FACTOR, scope=Scope.WALL)),
        "duration": plain(Quantity.unknown("s", "depends on the network; the cache may have held the files")),
        "cpu_seconds": plain(Quantity.unknown("s", "counted with the installation")),
        "bytes": plain(_bytes(environment.get("download_bytes"), Provenance.PUBLISHED, missing)),
    }


def _unmetered(usage: Usage | None, evidence: Evidence, missing: str) -> dict[str, Any]:
    return {
        "energy": plain(energy_of_usage(usage, evidence.model, missing)),
        "duration": plain(_seconds(usage.seconds if usage else None, missing)),
        "cpu_seconds": plain(_seconds(usage.cpu_seconds if usage else None, missing)),
        "bytes": plain(Quantity.unknown("B", "not a matter of size")),
    }


def _metered(windows: Sequence[Measurement], evidence: Evidence) -> dict[str, Any]:
    """The mean over trials; a launch phase too short for the meter has no energy, and says so."""
    if not windows:
        missing = "this phase was not reached"
        return _unmetered(None, evidence, missing)
    meter = evidence.manifest["meter"]
    valid = {m.trial: [reserved_joules(m)] for m in windows if not m.invalid}
    reason = next((m.invalid for m in windows if m.invalid), "no valid window")
    provenance, scope = Provenance(meter["provenance"]), Scope(meter["scope"])
    energies = {trial: values for trial, values in valid.items() if min(values) > 0}
    durations = {m.trial: [m.usage.seconds] for m in windows if m.usage.seconds > 0}
    cpu = {m.trial: [m.usage.cpu_seconds] for m in windows if m.usage.cpu_seconds > 0}
    measured = Provenance.MEASURED
    return {
        "energy": plain(quantity(mean_over_trials(energies), "J", provenance, reason, scope)),
        "duration": plain(quantity(mean_over_trials(durations), "s", measured, "too short to time")),
        "cpu_seconds": plain(quantity(mean_over_trials(cpu), "s", measured, "too short for the CPU clock")),
        "bytes": plain(Quantity.unknown("B", "not a matter of size")),
    }


def _usage(record: Mapping[str, float] | None) -> Usage | None:
    return Usage(**record) if record else None


def _seconds(value: float | None, missing: str) -> Quantity:
    return Quantity.unknown("s", missing) if value is None else Quantity(value, "s", Provenance.MEASURED)


def _bytes(value: int | None, provenance: Provenance, missing: str) -> Quantity:
    return Quantity.unknown("B", missing) if value is None else Quantity(float(value), "B", provenance)
