"""A torch.nn.Module from an interpreter that has torch: exported there, raced as it is and as ONNX."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import framewatt
from framewatt.candidates.environments import provide, spec_for
from framewatt.discovery import find

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = [pytest.mark.frameworks, pytest.mark.usefixtures("users_cache")]

SCRIPT = """
import json, sys
import torch
import framewatt

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.drop = torch.nn.Linear(64, 256), torch.nn.Dropout()
        self.scores = torch.nn.Linear(256, 10)

    def forward(self, x):
        return self.scores(self.drop(torch.relu(self.hidden(x))))

torch.manual_seed(0)
net = Net()
selection = framewatt.select(
    net, inputs={"x": torch.randn(1, 64)}, samples={"x": torch.randn(6, 64)},
    frameworks=["pytorch", "onnxruntime"], settings="pytorch.mode=eager", tune=False, budget="5s",
    runs_dir=sys.argv[1],
)
print(json.dumps({"training": net.training and net.drop.training, "document": selection.to_dict()}))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What the script says, run by PyTorch's own environment with this one's libraries beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("FRAMEWATT_CACHE_DIR", raising=False)
        plugin = find("frameworks", "pytorch")
        spec = spec_for(plugin, plugin.module.VERSION, "runtime")
        interpreter = provide(spec, plugin, lambda *_: None).interpreter
        libraries = [str(Path(framewatt.__file__).parents[1]), sysconfig.get_path("purelib")]
        run = subprocess.run(
            [str(interpreter), "-c", SCRIPT, str(tmp_path_factory.mktemp("runs"))],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(libraries)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 0, run.stderr
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


def test_it_is_raced_as_it_is_and_as_its_export_on_the_samples_given(told: Mapping[str, Any]) -> None:
    document = told["document"]
    raced = [row for row in document["candidates"] if row["cpu_seconds_per_unit"]["value"] is not None]
    assert {row["framework"] for row in raced} == {"pytorch", "onnxruntime"}
    assert all(row["parity"]["error"]["value"] < 1e-4 for row in raced)
    assert (document["workload"]["name"], document["inputs"]["queries"]) == ("Net", 6)


def test_the_module_is_left_in_training_mode_as_it_came(told: Mapping[str, Any]) -> None:
    assert told["training"] is True
