"""The decision as an object: a thin view of the document, nothing that the document does not say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = "framewatt/decision/1"


@dataclass(frozen=True, slots=True)
class Decision:
    """What `framewatt.select` returns; `document` is the JSON document as plain data."""

    document: Mapping[str, Any]

    @property
    def verdict(self) -> str:
        """``winner``, ``good``, ``equivalent``, ``undecided``, ``uncontested`` or ``none``."""
        return str(self.document["verdict"])

    @property
    def selected(self) -> list[str]:
        """Candidate ids, the one to take first; empty where the verdict is ``none``."""
        return list(self.document["selected"])

    @property
    def advice(self) -> str:
        """The conclusion in one sentence."""
        return str(self.document["advice"])

    @property
    def candidates(self) -> list[Mapping[str, Any]]:
        """Every contestant with its status and figures."""
        return list(self.document["candidates"])

    def candidate(self, identity: str) -> Mapping[str, Any]:
        """One contestant by its id, or by its framework where that is unambiguous.

        Raises:
            BadInput: none or several match.
        """
        matches = [c for c in self.candidates if identity in {c["id"], c["framework"]}]
        if len(matches) != 1:
            raise BadInput(f"{identity!r} names {len(matches)} candidates; use one of their ids")
        return matches[0]

    def to_json(self) -> str:
        """The document, indented."""
        return json.dumps(self.document, indent=2, allow_nan=False)
