"""The SCI disclosure of the chosen candidate as JSON (``framewatt/sci/1``)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from framewatt.carbon.decided import RunFigures
from framewatt.carbon.disclosure.from_decision import disclosures

if TYPE_CHECKING:
    from framewatt.records import Json

TITLE = "SCI disclosure (Green Software Foundation), JSON"


def render(decision: Json) -> bytes:
    """The first selected candidate's disclosure; without a choice, the first measured candidate's.

    Raises:
        BadInput: nothing was measured, or the view is not the attributional one.
    """
    chosen = next(iter(disclosures(RunFigures.from_json(decision)).values()))
    return (json.dumps(chosen.to_json(), indent=2, ensure_ascii=False) + "\n").encode()
