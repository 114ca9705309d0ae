"""Frameworks that fail on our copy of the model, with its fixed shapes, run the user's own file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from framewatt.records import Candidate
from framewatt.runs.records import OwnFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.runs.folder import RunFolder
    from framewatt.trials.inference import InferenceSpec


def on_own_file(contestant: InferenceSpec) -> InferenceSpec | None:
    """The contestant as it runs the user's own file; None where it does already, or runs a conversion."""
    own_file = contestant.work.own_file
    if own_file is None:
        return None
    return replace(contestant, work=replace(contestant.work, model=own_file, own_file=None))


def on_right_file(contestants: Mapping[str, InferenceSpec], run: RunFolder) -> dict[str, InferenceSpec]:
    """The contestants, each on the file that the run found its framework to load."""
    frameworks = {_framework(record.candidate) for record in run.records(OwnFile)}
    return {
        name: (on_own_file(contestant) if _framework(name) in frameworks else None) or contestant
        for name, contestant in contestants.items()
    }


def _framework(candidate: str) -> tuple[str, str]:
    parsed = Candidate.parse(candidate)
    return parsed.framework, parsed.version
