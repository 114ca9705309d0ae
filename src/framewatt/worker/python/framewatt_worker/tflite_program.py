"""``python -m framewatt_worker.tflite_program SAVED_MODEL TARGET``: a SavedModel to a TFLite file in float32.

TFLite has no Erf: the polynomial in its place differs by less than 2e-7 (Abramowitz and Stegun, 7.1.26).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

_P = 0.3275911
_A = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)


def main() -> None:
    """Convert; operators beyond TFLite's own are refused."""
    import tensorflow as tf

    source, target = sys.argv[1], Path(sys.argv[2])
    loaded = tf.saved_model.load(source)
    if any(node.op == "Erf" for node in _frozen(loaded).graph.as_graph_def().node):
        source = str(target.with_name("without_erf"))
        _save_without_erf(loaded, source)
    converter = tf.lite.TFLiteConverter.from_saved_model(source, signature_keys=["serving_default"])
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    target.write_bytes(converter.convert())


def _frozen(loaded: Any) -> Any:
    """The model's function with its weights as constants and everything it calls inlined."""
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    return convert_variables_to_constants_v2(loaded.signatures["serving_default"])


def _save_without_erf(loaded: Any, target: str) -> None:
    """The same function, in which each Erf calls the polynomial."""
    import tensorflow as tf

    frozen, names = _frozen(loaded), sorted(loaded.signatures["serving_default"].structured_outputs)
    polynomial = tf.function(_erf, input_signature=[tf.TensorSpec(None, tf.float32)]).get_concrete_function()
    graph = frozen.graph.as_graph_def()
    graph.library.function.append(polynomial.function_def)
    for node in graph.node:
        if node.op == "Erf":
            node.op = "PartitionedCall"
            node.attr.clear()
            node.attr["f"].func.name = polynomial.function_def.signature.name
            for side in ("Tin", "Tout"):
                node.attr[side].list.type.append(tf.float32.as_datatype_enum)

    def run(*tensors: Any) -> dict[str, Any]:
        feed = {tensor.name: fed for tensor, fed in zip(frozen.inputs, tensors, strict=True)}
        wanted = [tensor.name for tensor in frozen.outputs]
        outputs = tf.graph_util.import_graph_def(graph, feed, wanted, name="")
        return dict(zip(names, outputs, strict=True))

    specs = [tf.TensorSpec(t.shape, t.dtype, t.name.split(":")[0]) for t in frozen.inputs]
    module = tf.Module()
    module.run = tf.function(run, input_signature=specs).get_concrete_function()
    tf.saved_model.save(module, target, signatures=module.run)


def _erf(x: Any) -> Any:
    import tensorflow as tf

    size = tf.abs(x)
    t = 1.0 / (1.0 + _P * size)
    series = t * (_A[0] + t * (_A[1] + t * (_A[2] + t * (_A[3] + t * _A[4]))))
    return tf.sign(x) * (1.0 - series * tf.exp(-size * size))


if __name__ == "__main__":
    main()
