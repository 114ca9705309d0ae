"""A TorchScript program: what its inputs are called, and its export to ONNX.

The program does not tell the shapes of its inputs, so they are those of the user's own samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch  # noqa: TID253 - only PyTorch's framework file loads this file, in its functions

from .exported import entry, exported
from .torch_modules import leaves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_OPSET = 18


class _Flat(torch.nn.Module):  # type: ignore[misc] # PyTorch is Any here
    """A program whose results are tensors alone: the exporter knows no dicts."""

    def __init__(self, program: Any) -> None:
        super().__init__()
        self.program = program

    def forward(self, *tensors: Any) -> tuple[Any, ...]:
        return tuple(leaves(self.program(*tensors)))


def load_program(model: Path) -> tuple[Any, list[str]]:
    """The program on the CPU in inference mode, and the names of its inputs.

    Raises:
        NotImplementedError: an input is no tensor.
    """
    program = torch.jit.load(str(model), map_location="cpu").eval()
    arguments = program.forward.schema.arguments[1:]
    wanted = [argument for argument in arguments if not argument.has_default_value()]
    for argument in wanted:
        if str(argument.type) != "Tensor":
            raise NotImplementedError(
                f"input {argument.name} is a {argument.type}; only tensors are supported"
            )
    return program, [argument.name for argument in wanted]


def zeros(signature: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs of the right shapes, where only those matter."""
    return {
        one["name"]: torch.from_numpy(np.zeros([size or 1 for size in one["shape"]], one["dtype"]))
        for one in signature["inputs"]
    }


def export_onnx(model: Path, folder: Path, samples: Path | None) -> dict[str, Any]:
    """Export by way of the program's graph; the first axis stays open where all samples have it in common.

    Raises:
        RuntimeError: there are no samples, or they do not fit.
    """
    program, names = load_program(model)
    example = _example(names, samples)
    with torch.inference_mode():
        results = leaves(program(*example.values()))
    outputs = [f"output_{index}" for index in range(len(results))]
    is_open = len({tensor.shape[:1] for tensor in example.values()}) == 1
    path = folder / "model.onnx"
    reason = _write_onnx(program, example, outputs, path, is_open=is_open)
    return exported(
        None if reason else path,
        [_entry(name, tensor, is_open=is_open) for name, tensor in example.items()],
        [_entry(name, tensor, is_open=False) for name, tensor in zip(outputs, results, strict=True)],
        reason=reason,
    )


def _write_onnx(
    program: Any, example: Mapping[str, Any], outputs: Sequence[str], path: Path, *, is_open: bool
) -> str | None:
    """Write the file; what hindered it is returned, since PyTorch itself needs none."""
    names, tensors = list(example), tuple(example.values())
    try:
        torch.onnx.export(
            torch.jit.trace(_Flat(program), tensors, check_trace=False),
            tensors,
            str(path),
            dynamo=False,  # the newer exporter takes no TorchScript
            opset_version=_OPSET,
            input_names=names,
            output_names=list(outputs),
            dynamic_axes={name: {0: "batch"} for name in names} if is_open else None,
        )
    except Exception as error:  # noqa: BLE001 - whatever the exporter raises, the program itself runs
        return f"{type(error).__name__}: {str(error).strip().splitlines()[-1]}"
    return None


def _example(names: Sequence[str], samples: Path | None) -> dict[str, Any]:
    listed = ", ".join(names)
    if samples is None:
        raise RuntimeError(f"it does not tell its inputs' shapes; give --samples inputs.npz with {listed}")
    file = min(samples.glob("*.npz")) if samples.is_dir() else samples
    with np.load(file, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    if len(arrays) == len(names) == 1:
        arrays = {names[0]: next(iter(arrays.values()))}
    if set(arrays) != set(names):
        raise RuntimeError(f"{file.name} holds {', '.join(arrays)}, but its inputs are {listed}")
    rows = len({array.shape[:1] for array in arrays.values()}) == 1
    return {name: torch.from_numpy(arrays[name][:1] if rows else arrays[name]) for name in names}


def _entry(name: str, tensor: Any, *, is_open: bool) -> dict[str, Any]:
    shape = [None, *tensor.shape[1:]] if is_open else list(tensor.shape)
    return entry(name, str(tensor.dtype).removeprefix("torch."), shape)
