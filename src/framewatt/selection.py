"""The Python API of the main job: `framewatt.select`, with the command line's options as keywords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from framewatt import study
from framewatt.errors import BadInput
from framewatt.request import SelectRequest

if TYPE_CHECKING:
    from os import PathLike

    from framewatt.document import Decision
    from framewatt.progress import Progress


def select(model: str | PathLike[str], *, progress: Progress | None = None, **options: Any) -> Decision:
    """Race frameworks for `model` and return the decision.

    Args:
        model: An ONNX file, a model.py, a .pt2 file, or ``example:digits``.
        progress: Who watches; nobody by default.
        options: The fields of `framewatt.request.SelectRequest` (durations in seconds, shares as numbers).

    Raises:
        BadInput: the question cannot be asked this way.
        StoreError: the run folder cannot be written.
    """
    try:
        request = SelectRequest(source=str(model), **options)
    except TypeError as error:
        raise BadInput(f"select: {str(error).rpartition('()')[2].strip()}") from None
    return study.select(request, progress)
