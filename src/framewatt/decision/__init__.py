"""The decision document: everything a study concluded, as the product's API (``framewatt/decision/1``).

It is a pure function of the run folder and of the carbon basis it is asked for.
"""

from framewatt.decision.assembly import build_decision
from framewatt.decision.decision import Decision
from framewatt.decision.rankings import with_places, with_starts
from framewatt.decision.studies import studies_document

__all__ = ["Decision", "build_decision", "studies_document", "with_places", "with_starts"]
