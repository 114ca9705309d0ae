"""A PyTorch module in the caller's own interpreter: exported, and saved as a ``.pt2`` file."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from framewatt.api.given.shelf import Shelf

_WANTED = "pass inputs=: a tensor, a tuple of them, or a dict by the names of forward's parameters"


def module_path(module: Any, inputs: Any, shelf: Shelf) -> str:
    """What ``torch.export`` makes of a module on the CPU in inference mode, with its example inputs.

    Raises:
        BadInput: no inputs, a module that is not on the CPU, or one that cannot be exported.
        StoreError: the file cannot be written.
    """
    torch, name = sys.modules["torch"], type(module).__name__
    if inputs is None:
        raise BadInput(f"model: {name} is exported with example inputs: {_WANTED}")
    places = {tensor.device.type for tensor in (*module.parameters(), *module.buffers())} - {"cpu"}
    if places:
        raise BadInput(f"model: {name} is on {min(places)}; this version measures CPUs: move it with .cpu()")
    positional, named = _arguments(torch, inputs)
    with _inference_mode(module):
        try:
            program = torch.export.export(module, positional, named)
        except Exception as error:  # noqa: BLE001 - whatever the user's own forward() raises
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise BadInput(f"model: torch.export cannot export {name}: {reason}") from None
    return shelf.keep(f"{name}.pt2", lambda path: torch.export.save(program, path))


def program_path(program: Any, shelf: Shelf) -> str:
    """An exported program as its file.

    Raises:
        StoreError: the file cannot be written.
    """
    return shelf.keep("program.pt2", lambda path: sys.modules["torch"].export.save(program, path))


def _arguments(torch: Any, inputs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What ``forward`` is called with; arrays become tensors."""
    try:
        if isinstance(inputs, Mapping):
            return (), {name: torch.as_tensor(value) for name, value in inputs.items()}
        several = inputs if isinstance(inputs, tuple) else (inputs,)
        return tuple(torch.as_tensor(value) for value in several), {}
    except (TypeError, ValueError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]
        raise BadInput(f"inputs: a {type(inputs).__name__} that is no tensor ({reason}); {_WANTED}") from None


@contextmanager
def _inference_mode(module: Any) -> Iterator[None]:
    """Every part in inference mode, and back to what each was in: the module is the caller's."""
    before = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in before:
            part.training = training
