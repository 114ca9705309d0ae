"""What the machine did besides: foreign load, stolen time, throttling, windows that had to be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.records import AuditWarning, Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.records import Measurement

_FOREIGN_SHARE = 0.05
_STEAL_SHARE = 0.01
_FREQUENCY_FALL = 0.95
_NOISY_SHARE = 0.1


def audit_conditions(measurements: Sequence[Measurement]) -> list[AuditWarning]:
    """Warnings about the host during steady windows; what a host does not tell is not judged."""
    steady = [window for window in measurements if window.phase is Phase.STEADY]
    counted = [window for window in steady if not window.invalid and not window.noisy]
    warnings = (_foreign(counted), _steal(counted), _throttling(counted), _repeated(steady))
    return [warning for warning in warnings if warning is not None]


def _foreign(windows: Sequence[Measurement]) -> AuditWarning | None:
    known = [window for window in windows if window.host.foreign_cpu_seconds is not None]
    load = sum(window.host.foreign_cpu_seconds or 0.0 for window in known)
    share = load / max(sum(window.usage.seconds for window in known), 1e-9)
    if not known or share <= _FOREIGN_SHARE:
        return None
    return AuditWarning(
        "foreign-load",
        f"other programs kept {share:.2g} CPUs busy during the windows",
        "stop them, or measure when the machine is quiet",
    )


def _steal(windows: Sequence[Measurement]) -> AuditWarning | None:
    known = [window for window in windows if window.host.steal_seconds is not None]
    share = sum(window.host.steal_seconds or 0.0 for window in known) / max(
        sum(window.usage.seconds for window in known), 1e-9
    )
    if not known or share <= _STEAL_SHARE:
        return None
    return AuditWarning(
        "steal",
        f"the hypervisor took {share:.1%} of a CPU away during the windows: neighbours share this machine",
        "prefer CPU seconds to wall time, and a dedicated machine to this one",
    )


def _throttling(windows: Sequence[Measurement]) -> AuditWarning | None:
    throttled = sum(1 for window in windows if window.host.throttled)
    clocks = [window.host.frequency_hz for window in windows if window.host.frequency_hz]
    remedy = "let the machine cool down, fix the frequency, or give it more room between windows"
    if throttled:
        return AuditWarning(
            "throttling", f"the processor throttled in {throttled} of {len(windows)} windows", remedy
        )
    third = len(clocks) // 3
    if third == 0:
        return None
    fall = (sum(clocks[-third:]) / third) / (sum(clocks[:third]) / third)
    if fall >= _FREQUENCY_FALL:
        return None
    return AuditWarning("throttling", f"the clock fell to {fall:.0%} of what it was at the start", remedy)


def _repeated(windows: Sequence[Measurement]) -> AuditWarning | None:
    noisy = sum(1 for window in windows if window.noisy or window.invalid)
    if noisy <= _NOISY_SHARE * len(windows):
        return None
    return AuditWarning(
        "noisy-windows",
        f"{noisy} of {len(windows)} windows were noisy or invalid, and repeated where that could help",
        "stop other programs; the quiet window of a slot counts, or its last where none was quiet",
    )
