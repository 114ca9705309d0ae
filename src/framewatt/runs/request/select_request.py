"""The whole request: a source, and what is asked of it in groups; flat in the run's manifest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from framewatt.carbon.basis import View
from framewatt.discovery import nearest
from framewatt.errors import BadInput
from framewatt.records import Objective
from framewatt.runs.request.candidates import CandidateOptions
from framewatt.runs.request.carbon import CarbonOptions
from framewatt.runs.request.option import Group, StudyKind, options_of
from framewatt.runs.request.race import RaceOptions
from framewatt.runs.request.training import TrainingOptions
from framewatt.runs.request.work import WorkOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUPS: Mapping[str, type[Group]] = {
    "candidates": CandidateOptions,
    "work": WorkOptions,
    "training": TrainingOptions,
    "race": RaceOptions,
    "carbon": CarbonOptions,
}
"""The groups in the order of the command's help, by the fields of a request that hold them."""
_OF_OLDER_RUNS = {"max_regret": 0.0}
"""What runs were asked that are older than an option: they raced until there was a winner."""
OPTIONS = {name: option for group in GROUPS.values() for name, option in options_of(group).items()}
"""Every option by its name in Python, which no two groups share."""


@dataclass(frozen=True, slots=True)
class SelectRequest:
    """One question to framewatt."""

    source: str
    candidates: CandidateOptions = field(default_factory=CandidateOptions)
    work: WorkOptions = field(default_factory=WorkOptions)
    training: TrainingOptions = field(default_factory=TrainingOptions)
    race: RaceOptions = field(default_factory=RaceOptions)
    carbon: CarbonOptions = field(default_factory=CarbonOptions)

    def __post_init__(self) -> None:
        """Refuse what contradicts itself across groups.

        Raises:
            BadInput: options that exclude each other.
        """
        if self.race.objective is Objective.CARBON and self.carbon.view is not View.ATTRIBUTIONAL:
            raise BadInput(
                "--objective carbon decides by the SCI score, which is of the attributional --view"
            )

    @classmethod
    def of(cls, source: str, **options: Any) -> SelectRequest:
        """A question from options by their names in Python, typed as on the command line or as values.

        None stands for an option that is not given.

        Raises:
            BadInput: an unknown option, a value that it cannot have, options that exclude each other, or
                more threads than this machine has CPUs.
        """
        request = cls._grouped(source, options)
        request.require_cpus()
        return request

    @classmethod
    def _grouped(cls, source: str, options: Mapping[str, Any]) -> SelectRequest:
        for name in options:
            if name not in OPTIONS:
                raise BadInput(f"no such option {name}{nearest(name, OPTIONS)}")
        groups: dict[str, Any] = {}
        for title, group in GROUPS.items():
            own = {name: options[name] for name in options_of(group) if options.get(name) is not None}
            groups[title] = group(**own)
        return cls(source, **groups)

    def require_cpus(self) -> None:
        """Refuse to measure with more threads than this machine offers; a report may come from a larger one.

        Raises:
            BadInput: it offers fewer.
        """
        from framewatt.metering.host.inspection import (  # noqa: PLC0415 - psutil would slow the command's help
            reservable_cpus,
        )

        threads = self.candidates.threads
        if threads > reservable_cpus():
            raise BadInput(f"--threads {threads}: this machine offers 1 to {reservable_cpus()}")

    def require_meant_for(self, workload_format: str) -> None:
        """Refuse an option that would be ignored by the study that the source asks for.

        Raises:
            BadInput: an option is given that is for other studies.
        """
        study = StudyKind.of(workload_format)
        flat = self._flat()
        for name, option in OPTIONS.items():
            if study not in option.studies and flat[name] != option.read(option.default):
                option.refuse_foreign(study, self.source)

    def _flat(self) -> dict[str, Any]:
        named = [(title, name) for title, group in GROUPS.items() for name in options_of(group)]
        return {name: getattr(getattr(self, title), name) for title, name in named}

    def to_json(self) -> dict[str, Any]:
        """The request as the manifest keeps it."""
        return {"source": self.source, **self._flat()}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> SelectRequest:
        """The request of a stored run, which may have been made on a machine with more CPUs than this one.

        Raises:
            BadInput: it was edited.
        """
        try:
            options = {**_OF_OLDER_RUNS, **record}
            return cls._grouped(options.pop("source"), options)
        except (KeyError, TypeError, BadInput) as error:
            raise BadInput(f"the run's request cannot be read; its manifest was edited ({error})") from None
