"""Models in their frameworks' own formats run there and, exported, elsewhere; all answer alike."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest

from framewatt.candidates import environments
from framewatt.discovery import find
from framewatt.runs.request import SelectRequest
from framewatt.studies.select import decide

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.frameworks, pytest.mark.usefixtures("users_cache")]

TENSORFLOW = """
import tensorflow as tf

class Net(tf.Module):
    def __init__(self):
        self.kernel = tf.Variable(tf.random.stateless_normal([3, 3, 3, 8], [0, 1]))
        self.scores = tf.Variable(tf.random.stateless_normal([8, 5], [0, 2]))

    @tf.function(input_signature=[tf.TensorSpec([None, 16, 16, 3], tf.float32, name="image")])
    def __call__(self, image):
        found = tf.reduce_mean(tf.nn.relu(tf.nn.conv2d(image, self.kernel, 1, "SAME")), axis=[1, 2])
        return {"probabilities": tf.nn.softmax(found @ self.scores), "features": found}

net = Net()
tf.saved_model.save(net, "saved", signatures={"serving_default": net.__call__})
open("net.tflite", "wb").write(tf.lite.TFLiteConverter.from_saved_model("saved").convert())
"""
TORCH = """
import torch

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.features, self.scores = torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.Linear(8, 5)

    def forward(self, image: torch.Tensor):
        found = torch.relu(self.features(image)).mean(dim=(2, 3))
        return {"probabilities": torch.softmax(self.scores(found), -1), "features": found}

torch.jit.script(Net().eval()).save("net.pt")
"""


TRANSFORMERS = """
import transformers

sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
config = transformers.ViTConfig(**sizes, image_size=32, patch_size=8)
transformers.ViTForImageClassification(config).save_pretrained("pretrained")
"""


def run_in(framework: str, role: str, code: str, folder: Path, *packages: str) -> None:
    """Run code in a framework's own environment, in `folder`; TorchScript is compiled from a file's lines."""
    (folder / "make.py").write_text(code, encoding="utf-8")
    plugin = find("frameworks", framework)
    spec = environments.spec_for(plugin, plugin.module.VERSION, role, packages)
    interpreter = environments.provide(spec, plugin, lambda *_: None).interpreter
    subprocess.run([str(interpreter), "make.py"], cwd=folder, check=True, capture_output=True)


def agreeing(source: Path, frameworks: str, samples: Path | None, folder: Path) -> set[str]:
    """Who was measured; all of them must agree with the oracle."""
    request = SelectRequest.of(
        str(source),
        samples=samples,
        frameworks=frameworks,
        tune=False,
        budget=5,
        runs_dir=str(folder / "runs"),
    )
    (decision,) = decide(request)
    ran = [row for row in decision.candidates if row["status"] == "measured"]
    assert all(row["parity"]["error"]["value"] < 1e-4 for row in ran)
    return {row["framework"] for row in ran}


def test_a_saved_model_and_a_tflite_file_run_at_home_and_elsewhere(tmp_path: Path) -> None:
    run_in("tensorflow", "convert", TENSORFLOW, tmp_path)
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "samples.npz", image=rng.standard_normal((6, 16, 16, 3)).astype(np.float32))
    samples = tmp_path / "samples.npz"
    saved = agreeing(tmp_path / "saved", "tensorflow,onnxruntime", samples, tmp_path)
    assert saved == {"tensorflow", "onnxruntime"}
    lite = agreeing(tmp_path / "net.tflite", "litert,onnxruntime", samples, tmp_path)
    assert lite == {"litert", "onnxruntime"}


def test_a_torchscript_program_runs_at_home_and_elsewhere(tmp_path: Path) -> None:
    run_in("pytorch", "runtime", TORCH, tmp_path)
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "samples.npz", image=rng.standard_normal((6, 3, 16, 16)).astype(np.float32))
    found = agreeing(tmp_path / "net.pt", "pytorch,onnxruntime", tmp_path / "samples.npz", tmp_path)
    assert found == {"pytorch", "onnxruntime"}


def test_a_folder_of_hugging_face_weights_runs_in_pytorch_and_elsewhere(tmp_path: Path) -> None:
    needs = find("frameworks", "pytorch").module.NEEDS["transformers"]
    run_in("pytorch", "convert", TRANSFORMERS, tmp_path, *needs)
    assert agreeing(tmp_path / "pretrained", "pytorch,onnxruntime", None, tmp_path) == {
        "pytorch",
        "onnxruntime",
    }
