"""What every framework file promises, whichever it is."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import framewatt
from framewatt import discovery
from framewatt.candidates.conformance import check_framework_file
from framewatt.worker.python.framewatt_worker.conversion import run_converter

FRAMEWORKS = Path(framewatt.__file__).parent / "plugins" / "frameworks"
FILES = [path for path in sorted(FRAMEWORKS.glob("*.py")) if not path.stem.startswith("_")]
EVERY = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def loaded(path: Path) -> object:
    return discovery.find("frameworks", path.stem).module


@EVERY
def test_it_keeps_every_promise_of_the_contract(path: Path) -> None:
    checks = check_framework_file(path)
    assert [check for check in checks if not check.passed] == []


@EVERY
def test_all_environments_with_torch_have_one_version_of_it(path: Path) -> None:
    module = loaded(path)
    requirements = [item for role in module.PACKAGES.values() for item in role]  # type: ignore[attr-defined]
    torch = [item.replace("{version}", "2.13.0") for item in requirements if item.startswith("torch=")]
    assert set(torch) <= {"torch==2.13.0"}
    if "torch=={version}" in requirements:
        assert module.VERSION == "2.13.0"  # type: ignore[attr-defined]


@EVERY
def test_no_runtime_carries_another_framework_s_converter(path: Path) -> None:
    runtime = " ".join(loaded(path).PACKAGES["runtime"])  # type: ignore[attr-defined]
    assert not re.search(r"onnx2tf|pnnx|iree-base-compiler|onnxscript", runtime)


def test_tensorflow_and_litert_share_one_converter_environment_and_run() -> None:
    tensorflow, litert = (discovery.find("frameworks", name).module for name in ("tensorflow", "litert"))
    assert litert.CONVERTS_FROM == "tensorflow"
    assert tensorflow.PACKAGES["convert"] == litert.PACKAGES["convert"]
    assert tensorflow.EXCLUDES == litert.EXCLUDES


class StandInOpenVINO(ModuleType):
    """As much of OpenVINO as is asked for; `computes_in` is what a compiled model says it computes in."""

    Tensor = None

    def __init__(self, computes_in: str, capable: tuple[str, ...] = ("FP32", "BF16")) -> None:
        super().__init__("openvino")
        self.config: dict[str, object] = {}
        self.inputs: list[object] = []
        self._computes_in, self._capable = computes_in, capable

    def Core(self) -> StandInOpenVINO:  # noqa: N802 - OpenVINO's name
        return self

    def get_property(self, name: str, prop: str = "") -> object:
        if prop == "OPTIMIZATION_CAPABILITIES":
            return list(self._capable)
        return SimpleNamespace(get_type_name=lambda: self._computes_in) if "PRECISION" in name else None

    def read_model(self, _path: Path) -> StandInOpenVINO:
        return self

    def compile_model(
        self, _model: StandInOpenVINO, _device: str, config: dict[str, object]
    ) -> StandInOpenVINO:
        self.config = config
        return self

    def create_infer_request(self) -> str:
        return "request"


def compiled_by(
    openvino: StandInOpenVINO, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str] | None = None
) -> Any:
    monkeypatch.setitem(sys.modules, "openvino", openvino)
    framework = discovery.find("frameworks", "openvino").module
    settings = settings or {"threads": "1", "precision": framework.SETTINGS["precision"][0]}
    return framework.compile(framework.load(Path("model.onnx"), settings, {"inputs": [], "outputs": []}))


def test_openvino_is_told_to_compute_in_float32_unless_asked_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    openvino = StandInOpenVINO("f32")
    compiled_by(openvino, monkeypatch)
    assert openvino.config["INFERENCE_PRECISION_HINT"] == "f32"


def test_openvino_that_would_compute_in_bfloat16_unasked_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="asked for f32, OpenVINO would compute in bf16"):
        compiled_by(StandInOpenVINO("bf16"), monkeypatch)


def test_a_precision_that_the_cpu_lacks_makes_openvino_inapplicable(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotImplementedError, match="does not compute in fp16 on this CPU"):
        compiled_by(StandInOpenVINO("f16"), monkeypatch, {"threads": "1", "precision": "fp16"})


@pytest.mark.parametrize(("computes_in", "told"), [("bf16", "bf16"), ("f32", "fp32")])
def test_openvino_as_shipped_is_told_nothing_and_tells_its_precision(
    computes_in: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    openvino = StandInOpenVINO(computes_in)
    assert compiled_by(openvino, monkeypatch, {"as": "shipped"}).precision == told
    assert openvino.config == {}


def test_a_failing_converter_is_quoted_with_its_most_telling_line(tmp_path: Path) -> None:
    program = "print('reading'); print('Error: no such operator'); print('-----'); raise SystemExit(3)"
    told = r"^pnnx ended with exit code 3: Error: no such operator; log: .*converter\.log$"
    with pytest.raises(RuntimeError, match=told):
        run_converter([sys.executable, "-c", program], tmp_path, program="pnnx")
    assert "reading" in (tmp_path / "converter.log").read_text(encoding="utf-8")


def test_a_converter_that_crashes_is_named_with_its_signal(tmp_path: Path) -> None:
    program = "import os; os.kill(os.getpid(), 11)"
    with pytest.raises(RuntimeError, match=r"^pnnx crashed, SIGSEGV: it said nothing; log: "):
        run_converter([sys.executable, "-c", program], tmp_path, program="pnnx")


def test_a_converter_that_lacks_an_operator_makes_its_framework_inapplicable(tmp_path: Path) -> None:
    program = "raise SystemExit('error: com.example:Novel(-1) is not a registered function/op')"
    with pytest.raises(NotImplementedError, match=r"^operator Novel is not supported by ncnn$"):
        run_converter([sys.executable, "-c", program], tmp_path, program="pnnx", framework="ncnn")
