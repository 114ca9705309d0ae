"""The sentence that matters of what frameworks really wrote, in runs on models with odd operators."""

from __future__ import annotations

import pytest

from framewatt.worker.python.framewatt_worker.conversion import reason
from framewatt.worker.python.framewatt_worker.reasons import cause, ending, lacking_operators

OPENVINO_IF = """Exception from src/inference/src/cpp/core.cpp:132:
Exception from src/inference/src/dev/plugin.cpp:59:
Check '!shape.rank().is_dynamic()' failed at src/plugins/intel_cpu/src/node.cpp:108:
Unexpected: CPU plug-in doesn't support If operation with dynamic rank. Operation name: y


"""
OPENVINO_LSTM = """Exception from src/inference/src/cpp/core.cpp:132:
Exception from src/inference/src/dev/plugin.cpp:59:
Exception from src/core/src/pass/graph_rewrite.cpp:298:
[ConvertLSTMSequenceToTensorIterator] END: node: opset5::LSTMSequence LSTMSequence_53 (opset1::Reshape \
Transpose_5[0]:f32[1,3,4]) -> (f32[1,1,3,2]) CALLBACK HAS THROWN: Unknown activation function: softsign
"""
OPENVINO_SHAPES = """Exception from src/inference/src/cpp/core.cpp:84:
Check 'false' failed at src/frontends/common_translators/src/unconverted_ops_report.cpp:151:
FrontEnd API failed with OpConversionFailure:
Model wasn't fully converted. Failed operations detailed log:
-- MatMul-17 with a message:
While validating ONNX node '<Node(MatMul): y>': Check 'DimType::merge(merged_dimension)' failed at a.hpp:65:
While validating node 'opset1::MatMul MatMul_3 (opset1::Parameter x[0])' with friendly_name 'MatMul_3':
Incompatible MatMul matrix dimension. First input dimension=4 at COL_INDEX_DIM=1 doesn't match the second

Summary:
-- Conversion is failed for: MatMul-17
"""
OPENVINO_CUSTOM = """Exception from src/inference/src/cpp/core.cpp:84:
FrontEnd API failed with OpConversionFailure:
Model wasn't fully converted.
Summary:
-- No conversion rule found for operations: com.example.Novel, Det-17
"""
TRACT_SHAPES = """Failed analyse for node #2 "y" MatMulInference

Caused by:
    0: Infering facts
    1: Applying rule GivenRule { (inputs[0].shape, inputs[1].shape) }
    2: Inconsistent matmul: a: 1,4 b: 5,4, a_trans: false b_trans: false c_trans: false

Stack backtrace:
   0: <anyhow::Error>::msg::<alloc::string::String>
   1: _start
"""
ONNX_RUNTIME_SHAPES = (
    "[ONNXRuntimeError] : 1 : FAIL : Load model from /tmp/model.onnx failed:Node () Op (MatMul) "
    "[ShapeInferenceError] Incompatible dimensions for matrix multiplication"
)
ONNX_RUNTIME_CUSTOM = (
    "[ONNXRuntimeError] : 1 : FAIL : Load model from /tmp/model.onnx failed:Fatal error: "
    "com.example:Novel(-1) is not a registered function/op"
)
PNNX_TREE = (
    'ort CreateSession failed This is an invalid model. In Node, ("op_0", TreeEnsembleRegressor, '
    '"ai.onnx.ml", -1) : ("in0": tensor(float),) -> ("out0",) , Error No Op registered for '
    "TreeEnsembleRegressor with domain_version of 3"
)
MNN_LSTM = """Start to Optimize the MNN Net...
MNN LSTM Don't support activation: HardSigmoid
Convert Onnx's Op a , type = LSTM, failed, may be some node is not const
[17:38:56] :220: These Op Not Support: ONNX::LSTM | ONNX::Hardmax 
Converted Failed!
"""  # noqa: W291 - as MNN wrote it
PNNX_CRASH = """inputshape = [1,4]f32
############# pass_level0 onnx 
fold_constants ...                    0.00ms
ort CreateTensorAsOrtValue failed tensor type 0 is not supported
############# pass_ncnn
"""  # noqa: W291 - as pnnx wrote it
IREE_CRASH = """model.mlir:4:10: error: 'tm_tensor.sort' op failed to verify
 #0 0x00007f2b8d5f1a2c llvm::sys::PrintStackTrace(llvm::raw_ostream&, int)
PLEASE submit a bug report to https://iree.dev and include the crash backtrace.
Stack dump:
0.	Program arguments: /lib/python3.11/site-packages/iree/compiler/_mlir_libs/iree-compile model.mlir --error
#22 0x00000000002016ae _start (/lib/python3.11/site-packages/iree/compiler/_mlir_libs/iree-compile+0x2016ae)
"""


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            OPENVINO_IF,
            "Unexpected: CPU plug-in doesn't support If operation with dynamic rank. Operation name: y",
        ),
        (OPENVINO_LSTM, "Unknown activation function: softsign"),
        (
            OPENVINO_SHAPES,
            "Incompatible MatMul matrix dimension. First input dimension=4 at COL_INDEX_DIM=1 ",
        ),
        (TRACT_SHAPES, "Inconsistent matmul: a: 1,4 b: 5,4, a_trans: false b_trans: false c_trans: false"),
        (
            ONNX_RUNTIME_SHAPES,
            "Node () Op (MatMul) [ShapeInferenceError] Incompatible dimensions for matrix ",
        ),
        (
            "mat1 and mat2 shapes cannot be multiplied (1x4 and 5x4)",
            "mat1 and mat2 shapes cannot be multiplied",
        ),
        (
            "Unsupported: dynamic control flow\nExplanation: a branch\nHint: none",
            "Unsupported: dynamic control",
        ),
        ("Exception from src/inference/src/cpp/core.cpp:84:\n", "Exception from src/inference"),
        ("", ""),
    ],
)
def test_of_a_chain_of_causes_the_last_is_told_and_else_the_first_line(message: str, told: str) -> None:
    assert cause(message).startswith(told)
    assert "\n" not in cause(message)
    assert cause(cause(message)) == cause(message)


def test_a_long_sentence_is_cut_and_the_path_of_its_log_is_not() -> None:
    told = cause("pnnx crashed: " + "x" * 999 + "; log: /a/converter.log")
    assert told.endswith("xxx; log: /a/converter.log")
    assert len(told) < 350


@pytest.mark.parametrize(
    ("message", "operators"),
    [
        (OPENVINO_CUSTOM, ["Det", "Novel"]),
        (ONNX_RUNTIME_CUSTOM, ["Novel"]),
        (
            "[ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : Could not find an implementation for Det(11) node",
            ["Det"],
        ),
        (PNNX_TREE, ["TreeEnsembleRegressor"]),
        (MNN_LSTM, ["Hardmax", "LSTM"]),
        ('Translating node #1 "y" Unimplemented(Unique) ToTypedTranslator', ["Unique"]),
        (
            "Converter is not implemented (OperationDescription(domain='', operation_type='Det'))",
            ["Det"],
        ),
        ("ERROR: No module named 'onnx2tf.ops.Det'", ["Det"]),
        ("error: failed to legalize operation 'torch.operator' : \"onnx.Loop\"", ["Loop"]),
        (OPENVINO_IF, []),
        (TRACT_SHAPES, []),
        (ONNX_RUNTIME_SHAPES, []),
    ],
)
def test_a_missing_operator_is_found_in_everyone_s_own_words(message: str, operators: list[str]) -> None:
    assert lacking_operators(message) == operators


@pytest.mark.parametrize(
    ("log", "told"),
    [
        (PNNX_CRASH, "ort CreateTensorAsOrtValue failed tensor type 0 is not supported"),
        (IREE_CRASH, "model.mlir:4:10: error: 'tm_tensor.sort' op failed to verify"),
        (MNN_LSTM, "These Op Not Support: ONNX::LSTM | ONNX::Hardmax"),
        ("reading\nwriting", "writing"),
        ("=====\n", "it said nothing"),
    ],
)
def test_a_converter_s_log_is_told_by_its_last_line_that_says_what_was_wrong(log: str, told: str) -> None:
    assert reason(log) == told


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (-11, "crashed, SIGSEGV"),
        (139, "crashed, SIGSEGV"),
        (245, "crashed, SIGSEGV"),
        (250, "crashed, SIGABRT"),
        (-15, "was ended by SIGTERM"),
        (3, "ended with exit code 3"),
        (1, "ended with exit code 1"),
    ],
)
def test_a_crash_is_told_by_its_signal_however_the_status_was_handed_on(status: int, told: str) -> None:
    assert ending(status) == told
