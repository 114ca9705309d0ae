"""A language model of llama.cpp (GGUF): not raced, but commands that run one can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.workload.paths import begins_with, existing_file

if TYPE_CHECKING:
    from framewatt.records import Workload

TITLE = "GGUF language model"
ADVISES = True
_MAGIC = b"GGUF"


def claims(source: str) -> bool:
    """Whether the name ends in ``.gguf``, or the file begins as such files do."""
    return source.lower().endswith(".gguf") or begins_with(source, _MAGIC)


def open_workload(source: str) -> Workload:
    """Say what takes such a model.

    Raises:
        BadInput: always.
    """
    existing_file(source)
    if not begins_with(source, _MAGIC):
        raise BadInput(f"{source}: not a GGUF file, or a damaged one")
    raise BadInput(
        f"{source}: a GGUF model, which llama.cpp and its kin run and this version does not race; "
        f"compare two commands instead: framewatt compare 'llama-cli -m {source} ...' '...'"
    )
