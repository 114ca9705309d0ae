"""What `framewatt frameworks --check` says of a file: the example passes, and each fault is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from conftest import hold_to_schema, refused
from framewatt.candidates.conformance import Check, check_framework_file
from framewatt.cli import cli

EXAMPLE = Path(__file__).parents[2] / "examples" / "own_framework" / "frameworks" / "numpy_mlp.py"
ALONE = "loads where nothing but the standard library is"
DEFINES = "defines what the contract demands"
CONSTANTS = "its constants are what the contract says"
ARGUMENTS = "its functions take the contract's arguments"
PINS = "pins every requirement exactly"
PRECISIONS = "names its precisions, single precision first"
SETTINGS = "its settings are listed once, without threads"
AS_SHIPPED = "says what it does as shipped in the words of its settings"
STEPS = "offers steps whole"
CUDA = "keeps packages for CUDA out"
SIGNATURE = "def load(model, settings, signature)"
CONVERT = "def convert(model, folder, settings, signature)"
PRECISION = '{"precision": ("fp32",)}'
NUMPY = '"numpy=={version}"'


def planted(folder: Path, old: str, new: str) -> Path:
    source = EXAMPLE.read_text()
    assert old in source
    path = folder / "planted.py"
    path.write_text(source.replace(old, new, 1))
    return path


def failed(checks: list[Check]) -> dict[str, str]:
    return {check.promise: "; ".join(check.problems) for check in checks if check.passed is False}


def test_the_file_of_contributing_keeps_every_promise() -> None:
    shown = CliRunner().invoke(cli, ["frameworks", "--check", str(EXAMPLE)])
    assert shown.exit_code == 0
    sentence, file, *lines = shown.stdout.splitlines()
    assert sentence.startswith("Every check passed.")
    assert EXAMPLE.name in file
    assert sum(line.rstrip().endswith("passed") for line in lines) == len(check_framework_file(EXAMPLE))


@pytest.mark.parametrize(
    ("old", "new", "promise", "remedy"),
    [
        ("\nTITLE", "\nimport torch\nTITLE", ALONE, "import packages inside the functions that need them"),
        ("\nTITLE", "\nimport framewatt\nTITLE", ALONE, "No module named 'framewatt'"),
        ("\nTITLE", "\nfrom . import neighbour\nTITLE", ALONE, "neighbour"),
        ("\nTITLE", "\nraise SystemExit\nTITLE", ALONE, "it ends the interpreter"),
        (SIGNATURE, "def lode(model, settings, signature)", DEFINES, "load is missing; add it"),
        ("LIGHT = False", "", DEFINES, "LIGHT is missing; add it"),
        ("LIGHT = False", "LIGHT = 0", CONSTANTS, "LIGHT must be True or False"),
        ('("onnx",)', '"onnx"', CONSTANTS, "ACCEPTS must be a tuple of texts"),
        ("LIGHT = False", "LIGHT = False\nFAMILY = None", CONSTANTS, "FAMILY must be a text"),
        (SIGNATURE, "def load(path, settings, signature)", ARGUMENTS, "load(model, settings, signature)"),
        ("LIGHT = False", "LIGHT = False\ncompile = 3", ARGUMENTS, "write it as compile(session)"),
        ("onnx==1.23.2", "onnx>=1.23", PINS, "'onnx>=1.23' is not exact; write NAME==VERSION"),
        (NUMPY, '"numpy==2.4.6"', PINS, "no requirement of the runtime follows VERSION"),
        ('{"runtime"', '{"build": ("a==1",), "runtime"', PINS, "the roles are runtime, convert"),
        (PRECISION, "{}", PRECISIONS, 'add "precision": ("fp32",)'),
        (PRECISION, '{"precision": ("fp16", "fp32")}', PRECISIONS, "single precision comes first"),
        (PRECISION, '{"precision": ("fp32",), "threads": ("1",)}', SETTINGS, "take them out of SETTINGS"),
        (PRECISION, '{"precision": ("fp32",), "a": ("x", "x")}', SETTINGS, "names a value of a twice"),
        (
            "LIGHT",
            'ENTRIES = ({"mode": "fast"},)\nLIGHT',
            SETTINGS,
            "mode 'fast', which SETTINGS does not list",
        ),
        ("LIGHT", "SHIPPED = 3\nLIGHT", CONSTANTS, "SHIPPED must be a dict of texts"),
        ("LIGHT", "SHIPPED = {}\nLIGHT", AS_SHIPPED, 'add "precision"'),
        (
            "LIGHT",
            "SHIPPED = {'precision': 'fp8'}\nLIGHT",
            AS_SHIPPED,
            "SHIPPED has precision 'fp8', which SETTINGS does not list",
        ),
        (
            "LIGHT",
            "CONVERT_SETTINGS = {'mode': ('fast',)}\nLIGHT",
            STEPS,
            "CONVERT_SETTINGS has mode fast, which SETTINGS",
        ),
        ("LIGHT", 'EXPORTS = ("torch",)\nLIGHT', STEPS, "export and EXPORTS come together"),
        ("LIGHT", "def build(task): pass\nLIGHT", STEPS, "build and describe come together"),
        (
            "LIGHT",
            "def convert(model, folder, settings, signature): pass\nLIGHT",
            STEPS,
            "add the role convert",
        ),
        ('("onnx",)', '("table",)', STEPS, "what accepts tables learns from them; add most_rounds"),
        ("onnx==1.23.2", "torch==2.13.0", CUDA, 'add EXCLUDES = ("triton",)'),
    ],
)
def test_a_planted_fault_fails_its_own_check_and_says_what_to_do(
    old: str, new: str, promise: str, remedy: str, tmp_path: Path
) -> None:
    faults = failed(check_framework_file(planted(tmp_path, old, new)))
    assert list(faults) == [promise]
    assert remedy in faults[promise]


def test_a_failed_check_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    path = planted(tmp_path, "onnx==1.23.2", "onnx>=1.23")
    shown = CliRunner().invoke(cli, ["frameworks", "--check", str(EXAMPLE), "--check", str(path)])
    assert shown.exit_code == 1
    assert "'onnx>=1.23' is not exact; write NAME==VERSION" in " ".join(shown.stdout.split())


def test_what_rests_on_a_missing_constant_is_not_called_passed(tmp_path: Path) -> None:
    path = planted(tmp_path, f"SETTINGS = {PRECISION}", "")
    outcomes = {check.promise: check.passed for check in check_framework_file(path)}
    assert outcomes[DEFINES] is False
    assert outcomes[PRECISIONS] is outcomes[SETTINGS] is None


def test_the_document_holds_to_its_schema(tmp_path: Path) -> None:
    path = planted(tmp_path, "\nTITLE", "\nimport torch\nTITLE")
    arguments = ["frameworks", "--format", "json", "--check", str(EXAMPLE), "--check", str(path)]
    shown = CliRunner().invoke(cli, arguments)
    assert shown.exit_code == 1
    document = json.loads(shown.stdout)
    hold_to_schema(document, "conformance-1")
    assert [file["passed"] for file in document["files"]] == [True, False]


def test_a_file_that_is_not_there_is_bad_input() -> None:
    assert refused("frameworks", "--check", "gone.py") == "framewatt: gone.py: no such file"


def test_a_file_that_is_no_python_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "numpy_mlp.txt"
    path.write_text(EXAMPLE.read_text())
    assert "not a Python file" in failed(check_framework_file(path))[ALONE]
