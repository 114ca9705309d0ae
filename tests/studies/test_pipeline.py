"""The pipeline that every measured study goes through, with a study that only takes notes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from conftest import plain_manifest
from framewatt.errors import BadInput
from framewatt.runs.folder import RunFolder
from framewatt.runs.records import Admitted
from framewatt.runs.request import SelectRequest
from framewatt.studies.context import StudyContext
from framewatt.studies.pipeline import conduct
from framewatt.studies.progress import Silent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from framewatt.records import Block
    from framewatt.trials.blocks import BlockOutcome


class NotingStudy:
    """Nobody is admitted; every step leaves its name."""

    def __init__(self, run: RunFolder, failing: str = "") -> None:
        self.context = StudyContext(SelectRequest.of("m.onnx"), run, Silent())
        self.notes: list[str] = []
        self._failing = failing

    def _note(self, step: str) -> None:
        self.notes.append(step)
        if step == self._failing:
            raise BadInput(f"{step} fails")

    def prepare(self) -> None:
        self._note("prepare")

    @contextmanager
    def start(self) -> Iterator[NotingStudy]:
        self._note("start")
        try:
            yield self
        finally:
            self.notes.append("end")

    def run(self, block: Block, contestants: Mapping[str, str], done: set[tuple[str, int]]) -> BlockOutcome:
        raise AssertionError(f"nobody was admitted: {block}, {contestants}, {done}")

    def admit(self) -> Admitted:
        self._note("admit")
        return Admitted((), 0.0)

    def entrants(self) -> dict[str, str]:
        self._note("entrants")
        return {}

    def recruit(self, name: str) -> None:
        raise AssertionError(f"nobody is asked for: {name}")

    def conclude(self) -> str:
        self._note("conclude")
        return "concluded"


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path, "run", plain_manifest())


def test_the_steps_come_in_their_order_and_the_runner_ends_before_the_conclusion(run: RunFolder) -> None:
    study = NotingStudy(run)
    assert conduct(study) == "concluded"
    assert study.notes == ["prepare", "start", "admit", "entrants", "end", "conclude"]


def test_who_was_admitted_is_asked_once_in_a_run(run: RunFolder) -> None:
    conduct(NotingStudy(run))
    again = NotingStudy(RunFolder.open_run(run.path))
    conduct(again)
    assert "admit" not in again.notes
    assert len(list(run.records(Admitted))) == 1


@pytest.mark.parametrize("step", ["prepare", "start", "admit", "conclude"])
def test_a_step_that_fails_leaves_the_run_to_whoever_goes_on(run: RunFolder, step: str) -> None:
    study = NotingStudy(run, failing=step)
    with pytest.raises(BadInput, match=f"{step} fails"):
        conduct(study)
    with FileLock(run.path / ".lock").acquire(timeout=0):
        assert study.notes[-1] == ("end" if step == "admit" else step)
