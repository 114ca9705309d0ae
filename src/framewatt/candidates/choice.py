"""What the user asked for of candidates: frameworks, threads, precisions, settings, and what runs today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from framewatt.discovery import discover, nearest
from framewatt.errors import BadInput
from framewatt.metering.host.inspection import reservable_cpus
from framewatt.records import REFERENCE_PRECISION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.discovery import Plugin
    from framewatt.runs.request import SelectRequest


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user asked for: which frameworks, with which settings.

    `installed` races what the user's own interpreter holds, whatever version that is. `tune` lets the race
    search every framework's own settings, with up to `most_threads` threads; a framework that is entered
    twice is compared with itself, so its settings are left alone. What runs today, the `incumbent`, enters as
    it is asked for: as shipped where no setting is named; `as_shipped` lets everybody enter so too.
    """

    frameworks: str = "default"
    threads: int = 1
    precision: str | None = None
    allowed_precisions: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    installed: bool = False
    tune: bool = False
    most_threads: int = 1
    as_shipped: bool = False
    incumbent: str | None = None


def choice_of(request: SelectRequest) -> Choice:
    """Which frameworks the user asked for, under which settings.

    Raises:
        BadInput: this machine has fewer CPUs than were asked for.
    """
    request.require_cpus()
    return Choice(
        frameworks=request.candidates.frameworks,
        threads=request.candidates.threads,
        precision=request.candidates.precision,
        allowed_precisions=request.candidates.allow_precision or _precisions_a_quality_permits(request),
        overrides=request.candidates.settings,
        installed=request.candidates.environment == "current",
        tune=request.candidates.tune,
        most_threads=reservable_cpus(),
        as_shipped=request.candidates.as_shipped,
        incumbent=request.race.incumbent,
    )


def _precisions_a_quality_permits(request: SelectRequest) -> tuple[str, ...]:
    """Every precision, where the user's labels and a quality target say what may not be lost."""
    judged = request.work.labels is not None and request.work.quality is not None
    return known_precisions() if judged and request.candidates.precision is None else ()


def known_precisions() -> tuple[str, ...]:
    """Every precision that some framework computes in."""
    plugins = discover("frameworks").values()
    return tuple(sorted({precision for p in plugins for precision in p.module.SETTINGS["precision"]}))


def require_known_precisions(choice: Choice, plugins: Mapping[str, Plugin]) -> None:
    """Refuse a precision that nobody computes in.

    Raises:
        BadInput: such a one, or a framework file that does not name its own.
    """
    for plugin in plugins.values():
        if "precision" not in plugin.module.SETTINGS:
            raise BadInput(f"{plugin.path}: SETTINGS does not say in which precisions it computes")
    known = known_precisions()
    asked = [("--precision", choice.precision or REFERENCE_PRECISION)]
    asked += [("--allow-precision", precision) for precision in choice.allowed_precisions]
    for option, precision in asked:
        if precision not in known:
            raise BadInput(f"{option} {precision!r}: no framework computes in it{nearest(precision, known)}")
