"""R, the functional unit: one sample unless the user names another."""

from __future__ import annotations

import re
from typing import Any

from framewatt.errors import BadInput

_FORM = re.compile(r"(?:(\d+(?:\.\d+)?)\s+)?([A-Za-z][\w -]*)")


def functional_unit(text: str | None) -> dict[str, Any]:
    """``None`` is one sample; ``image`` renames it; ``1000 images`` counts that many samples as one unit.

    Raises:
        BadInput: not of that form, or a count of zero.
    """
    if text is None:
        return {"name": "sample", "samples": 1.0}
    match = _FORM.fullmatch(text.strip())
    samples = float(match[1] or 1) if match else 0.0
    if match is None or samples <= 0:
        raise BadInput(f"--functional-unit {text!r}: write it as NAME or COUNT NAME, such as '1000 images'")
    return {"name": text.strip(), "samples": samples}
