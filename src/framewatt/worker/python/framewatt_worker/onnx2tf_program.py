"""``python -m framewatt_worker.onnx2tf_program MODEL TARGET INPUT...``: ONNX to a SavedModel or to TFLite.

onnx2tf's own command always writes the model in three formats through Keras, which spells the weights out as
JSON each time: minutes for a small transformer. Here the traced function is written alone. A `TARGET` that
ends in ``.tflite`` becomes a TFLite file with float32 weights, anything else a SavedModel's folder.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Convert in the working directory, where onnx2tf looks for its calibration file."""
    import onnx2tf  # noqa: PLC0415 - only the converter's environment has these
    import tensorflow as tf

    source, target, inputs = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    to_tflite = target.suffix == ".tflite"
    model = onnx2tf.convert(
        input_onnx_file_path=source,
        keep_shape_absolutely_input_names=inputs,
        replace_to_pseudo_operators=["erf"] if to_tflite else None,
        disable_model_save=True,
        non_verbose=True,
    )
    # Keras knows inputs by names that TensorFlow accepts, in the model's order; so does the function.
    specs = [tf.TensorSpec(tensor.shape, tensor.dtype, tensor.name.split(":")[0]) for tensor in model.inputs]

    def run(*tensors: object) -> list[object]:
        outputs = model(list(tensors), training=False)
        return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]

    function = tf.function(run, input_signature=specs).get_concrete_function()
    holder = tf.Module()
    holder.run, holder.weights = (
        function,
        list(function.graph.variables),
    )  # not the Keras model: its saving is slow
    if to_tflite:
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function], holder)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        target.write_bytes(converter.convert())
    else:
        tf.saved_model.save(holder, str(target), signatures=function)


if __name__ == "__main__":
    main()
