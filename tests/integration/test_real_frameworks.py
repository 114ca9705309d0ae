"""Real frameworks in their real environments: downloads on first use, then minutes.

They are left out by default: ``pytest -m frameworks``. Environments are the user's own cache, as always.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from conftest import save_graph
from framewatt import select
from framewatt.candidates.environments import provide, spec_for
from framewatt.discovery import find
from framewatt.errors import BadInput
from framewatt.metering.host.inspection import usable_cpus
from framewatt.trials.process import python_environment, python_worker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from framewatt.decision import Decision

pytestmark = [pytest.mark.frameworks, pytest.mark.usefixtures("users_cache")]

TORCH_MODULE = """
import torch


def build():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(64, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))


def inputs():
    return torch.randn(1, 64)
"""


def race(model: str | Path, folder: Path, frameworks: str, budget: float = 20, **options: Any) -> Decision:
    return select(model, frameworks=frameworks, budget=budget, runs_dir=str(folder / "runs"), **options)


def rows(decision: Decision, framework: str) -> list[dict[str, Any]]:
    return [dict(row) for row in decision.candidates if row["framework"] == framework]


def raced(row: Mapping[str, Any]) -> bool:
    return row["status"] in {"measured", "eliminated"} and row["energy_per_unit"]["value"] is not None


def test_frameworks_of_four_kinds_read_the_digits_with_the_accuracy_the_model_has(tmp_path: Path) -> None:
    decision = race("example:digits", tmp_path, "onnxruntime,openvino,mnn,tract", tune=False)
    for name in ("onnxruntime", "openvino", "mnn", "tract"):
        (row,) = rows(decision, name)
        assert raced(row), row["reason"]
        assert row["quality"]["value"]["value"] >= 0.99
        assert row["parity"]["error"]["value"] < 1e-3
    (mnn,) = rows(decision, "mnn")  # one environment converts and runs: it is downloaded once
    assert mnn["phases"]["convert_download"]["bytes"]["value"] is None


def test_openvino_computes_in_single_precision_unless_asked(tmp_path: Path) -> None:
    decision = race("example:digits", tmp_path, "onnxruntime,openvino", budget=5, tune=False)
    (openvino,), (onnxruntime,) = rows(decision, "openvino"), rows(decision, "onnxruntime")
    assert openvino["settings"]["precision"] == "fp32"
    assert openvino["parity"]["error"]["value"] < 1e-5
    assert onnxruntime["parity"]["error"]["value"] < 1e-5


def test_a_model_compiled_by_openvino_says_itself_that_it_computes_in_f32(tmp_path: Path) -> None:
    plugin = find("frameworks", "openvino")
    environment = provide(spec_for(plugin, plugin.module.VERSION, "runtime"), plugin, lambda *_: None)
    code = """
import json, sys
from pathlib import Path
from framewatt_worker.__main__ import load_by_path
framework, model = load_by_path(sys.argv[1]), Path(sys.argv[2])
signature = {"inputs": [{"name": "image"}], "outputs": []}
session = framework.compile(framework.load(model, json.loads(sys.argv[3]), signature))
compiled = session.request.get_compiled_model()
print(compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name())
"""
    example = find("workloads", "example").module.open_workload("example:digits")
    settings = {name: values[0] for name, values in plugin.module.SETTINGS.items()} | {"threads": "1"}
    arguments = [str(plugin.path), str(example.path), json.dumps(settings)]
    command = [python_worker(environment.interpreter, plugin.path)[0], "-c", code, *arguments]
    told = subprocess.run(
        command, capture_output=True, text=True, check=True, env=python_environment(1), cwd=tmp_path
    )
    assert told.stdout.strip() == "f32"


def test_bf16_enters_as_a_candidate_of_its_own_once_it_is_allowed(tmp_path: Path) -> None:
    decision = race(
        "example:digits", tmp_path, "openvino", budget=8, allow_precision=("bf16",), tolerance=0.05
    )
    found = {row["settings"]["precision"]: row for row in rows(decision, "openvino")}
    assert set(found) == {"fp32", "bf16"}
    assert raced(found["fp32"])
    if found["bf16"]["status"] == "inapplicable":
        assert "bf16 on this CPU" in found["bf16"]["reason"]
    else:
        assert found["bf16"]["parity"]["error"]["value"] > found["fp32"]["parity"]["error"]["value"]


def test_the_same_framework_twice_is_two_candidates_and_no_winner(tmp_path: Path) -> None:
    decision = race("example:digits", tmp_path, "onnxruntime,onnxruntime#2")
    first, second = rows(decision, "onnxruntime")
    assert first["id"] != second["id"]
    assert raced(first)
    assert raced(second)
    assert decision.verdict in {"equivalent", "undecided"}


@pytest.mark.skipif(len(usable_cpus()) < 2, reason="two threads need two processors")
def test_spinning_while_one_thread_works_is_told_apart_from_waiting(tmp_path: Path) -> None:
    # A cumulative sum keeps one thread busy between products that take two.
    weight = np.random.default_rng(0).standard_normal((512, 512)).astype(np.float32) / 23
    constants = {"weight": weight, "axis": np.array(1), "scale": np.float32(0.01)}
    nodes, last = [], "x"
    for layer in range(4):
        nodes.append(helper.make_node("MatMul", [last, "weight"], [f"product{layer}"]))
        nodes.append(helper.make_node("CumSum", [f"product{layer}", "axis"], [f"sum{layer}"]))
        nodes.append(helper.make_node("Mul", [f"sum{layer}", "scale"], [last := f"y{layer}"]))
    inputs, outputs = (
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [256, 512])] for name in ("x", last)
    )
    weights = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    model = save_graph(tmp_path / "waiting.onnx", nodes, inputs, outputs, weights)
    pinned = ("onnxruntime.threads=2",)
    decision = race(model, tmp_path, "onnxruntime", budget=60, threads=2, settings=pinned)
    assert len(rows(decision, "onnxruntime")) == 2
    assert [decision.candidate(name)["settings"]["spinning"] for name in decision.selected] == ["off"]


def test_a_torch_module_races_natively_beside_its_export(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(TORCH_MODULE)
    settings = ("pytorch.mode=eager",)
    decision = race(model, tmp_path, "pytorch,onnxruntime", 10, incumbent="pytorch", settings=settings)
    natives, (exported,) = rows(decision, "pytorch"), rows(decision, "onnxruntime")
    shipped, pinned = sorted(natives, key=lambda row: not row["as_shipped"])
    for row in (shipped, pinned, exported):
        assert raced(row), row["reason"]
    assert pinned["settings"]["mode"] == "eager"
    assert pinned["parity"]["error"]["value"] < 1e-5
    assert not rows(decision, "pytorch_onnx")
    assert decision.document["incumbent"] == shipped["id"]


def test_inputs_that_the_module_does_not_take_are_refused_with_what_was_wrong(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(TORCH_MODULE.replace("return torch.randn(1, 64)", "return torch.randn(1, 64), 1"))
    with pytest.raises(BadInput, match=r"model\.py: .*inputs\(\) returns does not fit forward\(\)"):
        race(model, tmp_path, "pytorch")


def test_an_onnx_file_never_stands_for_pytorch_itself(tmp_path: Path) -> None:
    decision = race("example:digits", tmp_path, "pytorch,onnxruntime", budget=5, incumbent="pytorch")
    assert not rows(decision, "pytorch")
    assert rows(decision, "pytorch_onnx")[0]["title"] == "PyTorch (from ONNX)"
    assert decision.document["incumbent"] is None
    assert "incumbent-absent" in {warning["code"] for warning in decision.document["warnings"]}


def test_real_inputs_of_mixed_shapes_are_replayed_by_every_framework(
    tmp_path: Path, tiny_model: Path
) -> None:
    folder = tmp_path / "samples"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index, count in enumerate((1, 3, 2)):
        np.savez(folder / f"{index}.npz", x=rng.standard_normal((count, 16)).astype(np.float32))
    decision = race(tiny_model, tmp_path, "onnxruntime,openvino", budget=5, samples=str(folder))
    assert all(raced(row) for row in decision.candidates)


def test_an_input_keeps_its_shape_in_tensorflow_and_litert_whatever_it_is_called(tmp_path: Path) -> None:
    """onnx2tf takes three axes for channels-first, and neither ``::`` nor ``@`` is a name for TensorFlow."""
    weight = numpy_helper.from_array(np.random.default_rng(0).random((96, 4), np.float32), "w")
    nodes = [
        helper.make_node("MatMul", ["onnx::Flatten_0", "w"], ["h"], name="MatMul@0"),
        helper.make_node("Erf", ["h"], ["e"], name="Erf@0"),
        helper.make_node("Softmax", ["e"], ["p::0"], name="Softmax@0"),
    ]
    inputs = [helper.make_tensor_value_info("onnx::Flatten_0", TensorProto.FLOAT, [1, 16, 96])]
    outputs = [
        helper.make_tensor_value_info("p::0", TensorProto.FLOAT, [1, 16, 4]),
        helper.make_tensor_value_info("e", TensorProto.FLOAT, [1, 16, 4]),
    ]
    model = save_graph(tmp_path / "odd.onnx", nodes, inputs, outputs, [weight])
    decision = race(model, tmp_path, "onnxruntime,tensorflow,litert", budget=5, tune=False)
    for name in ("tensorflow", "litert"):
        (row,) = rows(decision, name)
        assert row["parity"]["error"]["value"] < 1e-5, row["reason"]
