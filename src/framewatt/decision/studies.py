"""The decisions of one run as one document."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from framewatt.decision.decision import Decision
    from framewatt.records import Json

SCHEMA = "framewatt/studies/1"


def studies_document(decisions: Sequence[Decision]) -> Json:
    """The decision itself where it is alone, else a document that holds all of them, the run's own first."""
    if len(decisions) == 1:
        return decisions[0].document
    return {"schema": SCHEMA, "studies": [decision.document for decision in decisions]}
