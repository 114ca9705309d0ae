"""An Impact Framework manifest: ``if-run`` computes every measured candidate's score again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.carbon.decided import RunFigures
from framewatt.carbon.disclosure.from_decision import disclosures
from framewatt.reports.impact_framework import alternatives, to_yaml

if TYPE_CHECKING:
    from framewatt.records import Json

TITLE = "Impact Framework manifest (Green Software Foundation)"


def render(decision: Json) -> bytes:
    """One child per measured candidate, the selected ones first.

    Raises:
        BadInput: nothing was measured, or a part of a score is open.
    """
    run = RunFigures.from_json(decision)
    return to_yaml(alternatives(f"framewatt: {run.name}", disclosures(run))).encode()
