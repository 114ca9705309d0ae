"""Who may serve what whom has trained: pairs of a training and an inference candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framewatt.records import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    Row = Mapping[str, Any]
    Document = Mapping[str, Any]
    Exporting = Mapping[str, Collection[str]]
    """Frameworks whose models reach ONNX, and the formats from which they do."""

_EXCHANGE_FORMAT = "onnx"
_RACED = {Status.MEASURED, Status.ELIMINATED}


@dataclass(frozen=True, slots=True)
class Pair:
    """A way to live: who trains (None where no training was studied) and who serves (None likewise)."""

    training: Row | None
    serving: Row | None
    studies: tuple[Document | None, Document | None]

    @property
    def id(self) -> str:
        """The candidate's id, or both joined by an arrow."""
        ids = [row["id"] for row in (self.training, self.serving) if row is not None]
        return ids[0] if len(set(ids)) == 1 else " -> ".join(ids)

    @property
    def name(self) -> str:
        """For people: ``train in PyTorch, serve in ONNX Runtime``."""
        if self.training is None or self.serving is None:
            return str((self.training or self.serving or {})["name"])
        if self.training["id"] == self.serving["id"]:
            return str(self.training["name"])
        return f"train in {self.training['name']}, serve in {self.serving['name']}"


def pairs(decisions: Sequence[Document], exporting: Exporting) -> list[Pair]:
    """All ways that the studies allow.

    A trained model serves in its own framework; elsewhere only where one of its framework's formats reaches
    ONNX, and the other study served an ONNX model or that format. Studies that come from one table pair
    candidate with candidate.
    """
    training = [d for d in decisions if d["stage"] == "training"]
    inference = [d for d in decisions if d["stage"] == "inference"]
    if not training:
        return [Pair(None, row, (None, study)) for study in inference for row in _raced(study)]
    if not inference:
        return [Pair(row, None, (study, None)) for study in training for row in _raced(study)]
    return [
        Pair(one, other, (study, served))
        for study in training
        for served in inference
        for one in _raced(study)
        for other in _raced(served)
        if _fits(one, other, study, served, exporting)
    ]


def counts(row: Row) -> bool:
    """Whether a candidate raced to an energy; the windows of one that crashed or fell short prove nothing."""
    return row["status"] in _RACED and row["energy_per_unit"]["value"] is not None


def _raced(study: Document) -> list[Row]:
    return [row for row in study["candidates"] if counts(row)]


def _fits(one: Row, other: Row, study: Document, served: Document, exporting: Exporting) -> bool:
    if study["workload"]["sha256"] == served["workload"]["sha256"]:
        return bool(one["id"] == other["id"])
    same = one["framework"] == other["framework"]
    formats = exporting.get(one["framework"], ())
    portable = bool(formats) and served["workload"]["format"] in {_EXCHANGE_FORMAT, *formats}
    return bool(same or portable)
