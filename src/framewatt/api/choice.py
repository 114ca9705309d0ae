"""What was selected, as an object."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framewatt.records import Quantity

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, repr=False)
class Choice:
    """A candidate of a decision: its framework and settings, and figures with interval and provenance."""

    document: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The candidate's id."""
        return str(self.document["id"])

    @property
    def framework(self) -> str:
        """The name of its framework file, as `frameworks` takes it: ``onnxruntime``."""
        return str(self.document["framework"])

    @property
    def name(self) -> str:
        """The framework's name for people: ``ONNX Runtime``."""
        return str(self.document["title"])

    @property
    def version(self) -> str:
        """The framework's version."""
        return str(self.document["version"])

    @property
    def settings(self) -> dict[str, str]:
        """What it was run with."""
        return dict(self.document["settings"])

    @property
    def energy(self) -> Quantity:
        """Joules per unit of R."""
        return Quantity.from_json(self.document["energy_per_unit"])

    @property
    def cpu_seconds(self) -> Quantity:
        """Seconds of CPU time per unit of R."""
        return Quantity.from_json(self.document["cpu_seconds_per_unit"])

    @property
    def latency(self) -> dict[str, Quantity]:
        """Seconds per query by percentile: ``p50``, ``p90``, ``p99``."""
        return {name: Quantity.from_json(figure) for name, figure in self.document["latency"].items()}

    @property
    def memory(self) -> Quantity:
        """The most bytes that were resident."""
        return Quantity.from_json(self.document["peak_memory"])

    @property
    def quality(self) -> Quantity:
        """How right its answers are, by the metric of the study."""
        return Quantity.from_json(self.document["quality"]["value"])

    def to_dict(self) -> dict[str, Any]:
        """Everything that the document says of it, as plain data of its own."""
        return deepcopy(dict(self.document))

    def __repr__(self) -> str:
        """The framework, its version and its settings."""
        settings = ", ".join(f"{key} {value}" for key, value in self.settings.items())
        return f"<{self.name} {self.version}: {settings}>"
