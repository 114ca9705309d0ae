"""What the tensors of a model in TensorFlow's formats are called: by us, by its author, or in the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

SIDES = ("inputs", "outputs")


def names_in(own: Collection[str], wanted: Sequence[Mapping[str, Any]], side: str) -> list[str]:
    """What each wanted tensor is called among the model's `own` names.

    What onnx2tf makes numbers them, ``input_0``, ...; a user's own model has the names of its author.

    Raises:
        RuntimeError: a tensor is called neither way.
    """
    numbered = [f"{side.removesuffix('s')}_{index}" for index in range(len(wanted))]
    if set(own) == set(numbered):
        return numbered
    names = [str(entry["name"]) for entry in wanted]
    if missing := [name for name in names if name not in own]:
        raise RuntimeError(f"the model has no {side} {', '.join(missing)}; it has {', '.join(own)}")
    return names


def tflite_tensors(interpreter: Any, side: str) -> dict[str, dict[str, Any]]:
    """Details of a TFLite model's inputs or outputs by name, in the order of the file.

    Tensors are called as its one signature calls them, else as they are called inside.
    """
    details = interpreter.get_input_details() if side == SIDES[0] else interpreter.get_output_details()
    known, called = interpreter.get_signature_list(), {}
    if len(known) == 1:
        runner = interpreter.get_signature_runner(next(iter(known)))
        tensors = runner.get_input_details() if side == SIDES[0] else runner.get_output_details()
        called = {one["index"]: name for name, one in tensors.items()}
    plain = [re.sub(r"^serving_default_|:0$", "", one["name"]) for one in details]
    names = [called.get(one["index"], name) for one, name in zip(details, plain, strict=True)]
    return {re.sub(r"\W", "_", name): one for name, one in zip(names, details, strict=True)}
