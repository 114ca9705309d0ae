"""Who races: frameworks, environments, and the settings that they may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from framewatt.runs.request.option import Group, Option, StudyKind
from framewatt.runs.request.readers import NAMES, SWITCH, TEXT, TEXTS, one_of, whole

_WITH_SETTINGS = frozenset(StudyKind) - {StudyKind.TASK}
"""The scripts of a task set what they need themselves."""


@dataclass(frozen=True, slots=True)
class CandidateOptions(Group):
    """Who races, and with what; texts are as the user typed them."""

    TITLE: ClassVar = "Candidates"

    frameworks: str = Option(
        "--frameworks",
        NAMES,
        "Names (a,b==1.2,a#2; see `framewatt frameworks`), 'default' (light) or 'all'.",
        "default",
    ).field()
    environment: str = Option(
        "--env",
        one_of("isolated", "current"),
        "'isolated' builds environments, 'current' uses this interpreter.",
        "isolated",
    ).field()
    packages: tuple[str, ...] = Option(
        "--with", TEXTS, "What your model.py imports, such as transformers==4.57.6.", (), "PACKAGE"
    ).field()
    threads: int = Option(
        "--threads", whole(1), "Thread budget of every candidate, enforced by affinity.", 1
    ).field()
    precision: str | None = Option(
        "--precision", TEXT, "The precision everyone computes in (default fp32).", studies=_WITH_SETTINGS
    ).field()
    allow_precision: tuple[str, ...] = Option(
        "--allow-precision",
        TEXTS,
        "Let candidates of this lower precision enter too.",
        (),
        studies=frozenset({StudyKind.MODEL}),
    ).field()
    settings: tuple[str, ...] = Option(
        "--set", TEXTS, "A framework's own setting.", (), "FW.KEY=VALUE", _WITH_SETTINGS
    ).field()
    as_shipped: bool = Option(
        "--as-shipped",
        SWITCH,
        "Race each framework with no setting touched as well; the incumbent always does.",
        default=False,
        studies=frozenset({StudyKind.MODEL}),
    ).field()
    tune: bool = Option(
        "--tune",
        SWITCH,
        "Search each framework's own settings too, or race the equal budget alone.",
        default=True,
    ).field()
    retry: bool = Option(
        "--retry",
        SWITCH,
        "Convert the model again for frameworks for which that failed in an earlier run.",
        default=False,
        studies=frozenset({StudyKind.MODEL}),
    ).field()
