from __future__ import annotations

import json
import os
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from onnx import TensorProto, helper, numpy_helper
from referencing import Registry

from framewatt.cli import cli
from framewatt.metering.host.inspection import inspect_host, usable_cpus
from framewatt.metering.power.build import host_model
from framewatt.records import MeterDescription, Provenance, Scope, Stage
from framewatt.runs.manifest import FunctionalUnit, Manifest, WorkloadLine
from framewatt.runs.request import SelectRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STAND_INS = Path(__file__).parent / "stand_ins"
SCHEMAS = files("framewatt") / "reports" / "schemas"
SHORT_SECONDS = {
    "framewatt.trials.blocks.WINDOW_SECONDS": 0.1,
    "framewatt.studies.beginning.WINDOW_SECONDS": 0.1,
    "framewatt.trials.inference._WARMUP_SECONDS": 0.1,
    "framewatt.studies.pipeline._IDLE_SECONDS": 3.0,
}
"""Stand-ins are warm at once and their queries are alike: short windows tell of them as much as long ones."""
MOST_WORKERS = 4
"""More of them would only import more; the longest module sets the time."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """A process of tests for each CPU, up to `MOST_WORKERS`."""
    return min(MOST_WORKERS, len(usable_cpus()))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A module's tests stay in one process, with the studies that they share.

    Real frameworks are one group: they race each other in turn, beside small tests only.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByModule(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return "integration" if "integration" in path.split("/") else path

    return ByModule(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no process is left with it at the end."""
    rooms = ["integration", "studies"]
    items.sort(key=lambda item: next((n for n, room in enumerate(rooms) if room in item.path.parts), 2))


@pytest.fixture(autouse=True)
def _own_cache(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Tests never read or write the user's cache, unless they ask for it by ``users_cache``."""
    if "users_cache" not in request.fixturenames:
        monkeypatch.setenv("FRAMEWATT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="module", autouse=True)
def _short_windows(request: pytest.FixtureRequest) -> Iterator[None]:
    """Studies of stand-ins take short windows; those in integration/ take the shipped ones."""
    with pytest.MonkeyPatch.context() as patch:
        if "integration" not in request.path.parts:
            for name, seconds in SHORT_SECONDS.items():
                patch.setattr(name, seconds)
        yield


@pytest.fixture(scope="module", autouse=True)
def _own_cpus(request: pytest.FixtureRequest) -> Iterator[None]:
    """Processes of tests share the CPUs out, so that no study's worker runs on another's CPU."""
    before = usable_cpus()
    number = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if number and count <= len(before) and "integration" not in request.path.parts:
        os.sched_setaffinity(0, before[int(number) :: count])
    yield
    os.sched_setaffinity(0, before)


@pytest.fixture
def users_cache() -> None:
    """Built environments and converted models are taken from the user's cache, and stay there."""


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Frameworks of the test's own, through the public plug-in door."""
    monkeypatch.setenv("FRAMEWATT_PLUGINS", str(STAND_INS))
    return STAND_INS


@pytest.fixture
def tiny_model(tmp_path: Path) -> Path:
    """A small perceptron with a dynamic batch: x (n, 16) to scores (n, 4)."""
    return write_perceptron(tmp_path / "tiny.onnx")


def hold_to_schema(document: Any, name: str) -> None:
    """Validate a document against a JSON schema that framewatt ships, such as ``decision-1``.

    Schemas refer to each other by their ``$id``.
    """
    shipped = [json.loads(file.read_text()) for file in SCHEMAS.iterdir() if file.name.endswith(".json")]
    registry = Registry[Any]().with_contents((schema["$id"], schema) for schema in shipped)
    (own,) = (schema for schema in shipped if schema["$id"] == f"framewatt/{name.replace('-', '/')}")
    validator = jsonschema.Draft202012Validator(own, registry=registry)
    validator.validate(json.loads(json.dumps(document)))


def plain_manifest(**changed: Any) -> Manifest:
    """A run of an ONNX model on this machine, read by a package counter; `changed` fields replace its own."""
    host = inspect_host()
    counter = {"reserved_share": 1.0}
    plain = Manifest(
        framewatt_version="0.1.0",
        created="2026-11-25T15:00:00+00:00",
        command="framewatt select m.onnx",
        stage=Stage.INFERENCE,
        request=SelectRequest.of(source="m.onnx"),
        workload=WorkloadLine("m", "onnx", "onnx", "abc"),
        functional_unit=FunctionalUnit("sample", 1.0),
        window_seconds=0.5,
        host=host,
        python="3.11.7",
        worker_environment={},
        meter=MeterDescription("rapl", Scope.PACKAGE, ("package-0",), Provenance.MEASURED, counter),
        power_model=host_model(host, Scope.PACKAGE),
        candidates=(),
    )
    return replace(plain, **changed)


def refused(*arguments: object) -> str:
    """The one line with which the command line refuses bad input."""
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.splitlines()
    return line


def write_perceptron(path: Path) -> Path:
    rng = np.random.default_rng(0)
    weights = {
        "w1": rng.standard_normal((16, 64)).astype(np.float32),
        "b1": rng.standard_normal(64).astype(np.float32),
        "w2": rng.standard_normal((64, 4)).astype(np.float32),
        "b2": rng.standard_normal(4).astype(np.float32),
    }
    nodes = [
        helper.make_node("Gemm", ["x", "w1", "b1"], ["h"]),
        helper.make_node("Relu", ["h"], ["r"]),
        helper.make_node("Gemm", ["r", "w2", "b2"], ["scores"]),
    ]
    return save_graph(
        path,
        nodes,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 16])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 4])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )


def write_table(path: Path, rows: int = 400) -> Path:
    """A CSV file with six features, of which the first decides most of the binary label."""
    rng = np.random.default_rng(1)
    features = rng.standard_normal((rows, 6))
    features[:, 0] *= 0.4
    label = features @ [8, 1, -1, 0.5, 0, 0] + 0.5 * rng.standard_normal(rows) > 0
    table = np.column_stack([features, label])
    header = "a,b,c,d,e,f,label"
    np.savetxt(path, table, delimiter=",", header=header, comments="", fmt=["%.4f"] * 6 + ["%d"])
    return path


def save_graph(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    weights: Sequence[onnx.TensorProto] = (),
) -> Path:
    """Write a graph as an ONNX file, whether or not it is a valid one."""
    graph = helper.make_graph(nodes, path.stem, inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path
