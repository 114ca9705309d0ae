"""The real nvidia-ml-py over a stub of NVIDIA's library, compiled here; each case in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pynvml")
if shutil.which("cc") is None:
    pytest.skip("no C compiler for the stub library", allow_module_level=True)

STUB = Path(__file__).parent / "stubs" / "nvml_stub.c"
SCRIPT = """
import json, os, sys
from framewatt.metering.host.inspection import inspect_host
from framewatt.discovery import find
from framewatt.records import Usage
nvml = find("meters", "nvml").module
steps = json.loads(sys.argv[1])
refusal = nvml.unavailable(inspect_host())
if refusal:
    print(json.dumps({"unavailable": refusal}))
    sys.exit()
meter = nvml.open_meter(inspect_host())
now = [0.0]
meter._clock = lambda: now[0]
meter._poller = None
def set_to(step):
    now[0] = step["t"]
    for name in ("energy", "power"):
        with open(os.environ["STUB_" + name.upper()], "w") as file:
            file.write(str(step.get(name, 0)))
set_to(steps[0])
meter.start()
for step in steps[1:]:
    set_to(step)
    meter.poll()
reading = meter.stop(Usage(now[0], 0, 0))
print(json.dumps({"joules": reading.joules, "faults": reading.faults, "invalid": reading.invalid,
                  "parameters": meter.description.parameters}))
"""


@pytest.fixture(scope="session")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folders = {}
    for name, flags in (("new", []), ("old", ["-DTOO_OLD"])):
        folders[name] = tmp_path_factory.mktemp(name)
        library = folders[name] / "libnvidia-ml.so.1"
        build = [
            "cc",
            "-shared",
            "-fPIC",
            *flags,
            f"-Wl,-soname,{library.name}",
            "-o",
            str(library),
            str(STUB),
        ]
        subprocess.run(build, check=True)
    return folders


def _window(folder: Path, tmp_path: Path, steps: list[dict[str, int]], mode: str = "") -> dict[str, Any]:
    environment = os.environ | {
        "LD_LIBRARY_PATH": str(folder),
        "STUB_MODE": mode,
        "STUB_ENERGY": str(tmp_path / "energy"),
        "STUB_POWER": str(tmp_path / "power"),
    }
    command = [sys.executable, "-c", SCRIPT, json.dumps(steps)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


STEADY = [{"t": t, "energy": 10**9 + 200_000 * t, "power": 200_000} for t in range(11)]


def test_a_gpu_at_200_w_for_10_s_reads_2000_j(stubs: dict[str, Path], tmp_path: Path) -> None:
    assert _window(stubs["new"], tmp_path, STEADY)["joules"] == {"gpu-0": pytest.approx(2000)}


def test_without_a_counter_power_is_integrated(stubs: dict[str, Path], tmp_path: Path) -> None:
    answer = _window(stubs["new"], tmp_path, STEADY, "no-counter")
    assert answer["joules"] == {"gpu-0": pytest.approx(2000)}
    assert "power is integrated" in str(answer["parameters"])


def test_a_driver_that_lacks_the_query_is_integrated_too(stubs: dict[str, Path], tmp_path: Path) -> None:
    assert _window(stubs["old"], tmp_path, STEADY)["joules"] == {"gpu-0": pytest.approx(2000)}


def test_a_counter_that_stands_still_is_a_fault(stubs: dict[str, Path], tmp_path: Path) -> None:
    answer = _window(stubs["new"], tmp_path, [{"t": 0, "energy": 5000}, {"t": 10, "energy": 5000}])
    assert answer["joules"] == {}
    assert "stood still" in answer["invalid"]


def test_a_driver_reset_is_a_fault_and_no_wrap(stubs: dict[str, Path], tmp_path: Path) -> None:
    answer = _window(stubs["new"], tmp_path, [{"t": 0, "energy": 5_000_000}, {"t": 10, "energy": 7}])
    assert answer["joules"] == {}
    assert "reset" in answer["invalid"]


def test_a_lost_gpu_is_named(stubs: dict[str, Path], tmp_path: Path) -> None:
    answer = _window(stubs["new"], tmp_path, [{"t": 0, "energy": 5000}, {"t": 10, "energy": 999}])
    assert "GPU is lost" in answer["invalid"]


def test_a_window_under_5_s_is_refused(stubs: dict[str, Path], tmp_path: Path) -> None:
    answer = _window(stubs["new"], tmp_path, STEADY[:4])
    assert "shorter than 5 s" in answer["invalid"]


def test_mig_is_flagged(stubs: dict[str, Path], tmp_path: Path) -> None:
    assert "MIG is on" in str(_window(stubs["new"], tmp_path, STEADY, "mig")["parameters"])


def test_a_gpu_that_tells_nothing_is_named_and_the_others_are_read(
    stubs: dict[str, Path], tmp_path: Path
) -> None:
    answer = _window(stubs["new"], tmp_path, STEADY, "mute-second")
    assert answer["joules"] == {"gpu-0": pytest.approx(2000)}
    assert "its energy is not in the reading" in answer["parameters"]["notes"]["gpu-1"][0]


def test_where_no_gpu_tells_anything_each_reason_is_said(stubs: dict[str, Path], tmp_path: Path) -> None:
    reason = _window(stubs["new"], tmp_path, STEADY, "mute")["unavailable"][0]
    assert "gpu-0 cannot be read (Not Supported)" in reason


def test_a_driver_without_gpus_says_so(stubs: dict[str, Path], tmp_path: Path) -> None:
    assert "no GPU" in _window(stubs["new"], tmp_path, STEADY, "no-gpu")["unavailable"][0]


def test_a_missing_library_is_named(tmp_path: Path) -> None:
    answer = _window(tmp_path, tmp_path, STEADY)
    assert "unavailable" not in answer or "libnvidia-ml" in answer["unavailable"][0]
