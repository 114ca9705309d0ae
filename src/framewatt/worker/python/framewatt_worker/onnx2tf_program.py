"""``python -m framewatt_worker.onnx2tf_program MODEL TARGET SIGNATURE``: ONNX to a SavedModel.

onnx2tf's own command always writes the model in three formats through Keras, which spells the weights out as
JSON each time: minutes for a small transformer. Here the traced function is written alone. It takes
``input_0``, ``input_1``, ... and gives ``output_0``, ..., in the model's order.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_CHANNELS_FIRST = {3: [0, 2, 1], 4: [0, 3, 1, 2], 5: [0, 4, 1, 2, 3]}
"""By rank, how an output that onnx2tf leaves channels-last becomes the model's own again."""


def main() -> None:
    """Convert in the working directory, where onnx2tf looks for its calibration file."""
    import onnx2tf  # noqa: PLC0415 - only the converter's environment has these
    import tensorflow as tf

    source, target, signature = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    model = onnx2tf.convert(
        input_onnx_file_path=source,
        keep_shape_absolutely_input_names=[f"input_{index}" for index in range(len(signature["inputs"]))],
        disable_model_save=True,
        non_verbose=True,
    )
    function = _traced(model, signature)
    holder = tf.Module()
    # Not the Keras model: its saving is slow.
    holder.run, holder.weights = function, list(function.graph.variables)
    tf.saved_model.save(holder, target, signatures=function)


def _traced(model: Any, signature: dict[str, Any]) -> Any:
    """The Keras model as one function of the original's signature.

    Raises:
        ValueError: it takes or gives something else.
    """
    import tensorflow as tf

    order = sorted(range(len(model.inputs)), key=lambda place: _number(model.inputs[place]))
    inputs = [model.inputs[place] for place in order]  # Keras may list them otherwise
    for wanted, tensor in _pairs(signature["inputs"], inputs):
        require(wanted, tensor, "takes")
    specs = [tf.TensorSpec(tensor.shape, tensor.dtype, f"input_{_number(tensor)}") for tensor in inputs]

    def run(*tensors: Any) -> dict[str, Any]:
        answers = model([tensors[order.index(place)] for place in range(len(order))], training=False)
        outputs = answers if isinstance(answers, (list, tuple)) else [answers]
        pairs = _pairs(signature["outputs"], outputs)
        return {f"output_{index}": as_wanted(*pair) for index, pair in enumerate(pairs)}

    return tf.function(run, input_signature=specs).get_concrete_function()


def _pairs(wanted: list[dict[str, Any]], made: Sequence[Any]) -> list[tuple[dict[str, Any], Any]]:
    if len(wanted) != len(made):
        raise ValueError(f"the converted model has {len(made)} tensors where the model has {len(wanted)}")
    return list(zip(wanted, made, strict=True))


def _number(tensor: Any) -> int:
    return int(str(tensor.name).split(":")[0].removeprefix("input_"))


def as_wanted(wanted: dict[str, Any], output: Any) -> Any:
    """The output, or its channels-first form where that alone fits the model's.

    Raises:
        ValueError: neither does.
    """
    import tensorflow as tf

    sizes, order = wanted["shape"], _CHANNELS_FIRST.get(len(output.shape))
    if order and not _fits(sizes, output.shape) and _fits(sizes, [output.shape[axis] for axis in order]):
        output = tf.transpose(output, order)
    require(wanted, output, "gives")
    return output


def _fits(wanted: list[int | None], shape: Any) -> bool:
    """Whether the shapes agree as far as they are known."""
    pairs = zip(wanted, shape, strict=False)
    return len(wanted) == len(shape) and all(a is None or b is None or a == b for a, b in pairs)


def require(wanted: dict[str, Any], tensor: Any, verb: str) -> None:
    """Hold what was made to the model's signature; whole numbers may be of another width.

    Raises:
        ValueError: it has another shape or another kind of numbers.
    """
    import numpy as np  # noqa: PLC0415

    kinds = [np.dtype(wanted["dtype"]).kind, np.dtype(tensor.dtype.as_numpy_dtype).kind]
    if not _fits(wanted["shape"], tensor.shape) or kinds[0] != kinds[1]:
        raise ValueError(
            f"the converted model {verb} {wanted['name']} as {tensor.dtype.name} {list(tensor.shape)}, "
            f"the model as {wanted['dtype']} {wanted['shape']}"
        )


if __name__ == "__main__":
    main()
