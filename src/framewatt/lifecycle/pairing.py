"""Who may serve what whom has trained: pairs of a training and an inference candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from framewatt.records import Stage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from framewatt.lifecycle.study import Row, Study

    Exporting = Mapping[str, Collection[str]]
    """Frameworks whose models reach ONNX, and the formats from which they do."""

_EXCHANGE_FORMAT = "onnx"


@dataclass(frozen=True, slots=True)
class Part:
    """A candidate in the study that measured it."""

    row: Row
    study: Study


@dataclass(frozen=True, slots=True)
class Pair:
    """A way to live: who trains (None where no training was studied) and who serves (None likewise)."""

    training: Part | None
    serving: Part | None

    @property
    def parts(self) -> tuple[Part, ...]:
        """Both, or the only one."""
        return tuple(part for part in (self.training, self.serving) if part is not None)

    @property
    def id(self) -> str:
        """The candidate's id, or both joined by an arrow."""
        ids = [part.row.id for part in self.parts]
        return ids[0] if len(set(ids)) == 1 else " -> ".join(ids)

    @property
    def name(self) -> str:
        """For people: ``train in PyTorch, serve in ONNX Runtime``."""
        first, last = self.parts[0].row, self.parts[-1].row
        return first.name if first.id == last.id else f"train in {first.name}, serve in {last.name}"


def pairs(studies: Sequence[Study], exporting: Exporting) -> list[Pair]:
    """All ways that the studies allow.

    A trained model serves in its own framework; elsewhere only where one of its framework's formats reaches
    ONNX, and the other study served an ONNX model or that format. Studies that come from one table pair
    candidate with candidate.
    """
    trained, served = (_parts(studies, stage) for stage in (Stage.TRAINING, Stage.INFERENCE))
    stages = {study.stage for study in studies}
    if Stage.TRAINING not in stages:
        return [Pair(None, part) for part in served]
    if Stage.INFERENCE not in stages:
        return [Pair(part, None) for part in trained]
    return [
        Pair(training, serving)
        for training in trained
        for serving in served
        if _fits(training, serving, exporting)
    ]


def _parts(studies: Sequence[Study], stage: Stage) -> list[Part]:
    return [Part(row, study) for study in studies if study.stage is stage for row in study.raced]


def _fits(training: Part, serving: Part, exporting: Exporting) -> bool:
    if training.study.work.sha256 == serving.study.work.sha256:
        return training.row.id == serving.row.id
    if training.row.framework == serving.row.framework:
        return True
    formats = exporting.get(training.row.framework, ())
    return bool(formats) and serving.study.work.format in {_EXCHANGE_FORMAT, *formats}
