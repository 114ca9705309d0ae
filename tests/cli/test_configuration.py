"""Where the value of an option comes from: option, environment, framewatt.toml, default."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from conftest import write_perceptron
from framewatt.cli import cli
from framewatt.studies.inference import study

if TYPE_CHECKING:
    from pathlib import Path

    from framewatt.runs.request import SelectRequest


class _AskedError(Exception):
    """Carries the request that a command line came to, instead of a study."""


@pytest.fixture(autouse=True)
def _no_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(request: SelectRequest, *_: Any) -> None:
        raise _AskedError(request)

    monkeypatch.setattr(study, "select", stop)
    monkeypatch.chdir(tmp_path)
    write_perceptron(tmp_path / "model.onnx")


def asked(*options: str, **environment: str) -> SelectRequest:
    result = CliRunner().invoke(cli, ["select", "model.onnx", *options], env=environment)
    assert isinstance(result.exception, _AskedError), result.output
    request: SelectRequest = result.exception.args[0]
    return request


def refusal(*options: str) -> str:
    result = CliRunner().invoke(cli, ["select", "model.onnx", *options])
    assert result.exit_code == 2
    return result.stderr


def configure(tmp_path: Path, text: str) -> None:
    (tmp_path / "framewatt.toml").write_text(text)


def test_an_option_wins_over_the_environment_and_that_over_the_file_and_that_over_the_default(
    tmp_path: Path,
) -> None:
    assert asked().race.seed == 1
    configure(tmp_path, "[select]\nseed = 2\n")
    assert asked().race.seed == 2
    assert asked(FRAMEWATT_SELECT_SEED="3").race.seed == 3
    assert asked("--seed", "4", FRAMEWATT_SELECT_SEED="3").race.seed == 4


def test_the_file_names_options_as_the_command_line_does(tmp_path: Path) -> None:
    configure(tmp_path, '[select]\nenv = "current"\nmax-latency = "p99=20ms"\nwith = ["a==1", "b==2"]\n')
    request = asked()
    assert request.candidates.environment == "current"
    assert request.work.max_latency == "p99=20ms"
    assert request.candidates.packages == ("a==1", "b==2")


def test_one_value_of_an_option_that_may_be_repeated_needs_no_list(tmp_path: Path) -> None:
    configure(tmp_path, '[select]\nwith = "transformers==4.57.6"\ntune = false\nbudget = 90\n')
    request = asked()
    assert request.candidates.packages == ("transformers==4.57.6",)
    assert not request.candidates.tune
    assert request.race.budget == 90


def test_a_value_of_another_kind_is_read_as_if_it_had_been_typed(tmp_path: Path) -> None:
    configure(tmp_path, "[report]\noutput = 3\n")
    result = CliRunner().invoke(cli, ["report", "gone"])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "gone: no run folder" in result.stderr


def test_an_intensity_on_the_command_line_overrules_a_region_in_the_file(tmp_path: Path) -> None:
    configure(tmp_path, '[select]\nregion = "FR"\n')
    assert asked().carbon.region == "FR"
    request = asked("--intensity", "50")
    assert (request.carbon.region, request.carbon.intensity) == (None, 50)
    assert "choose one" in refusal("--region", "FR", "--intensity", "50")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[select]\nregoin = 'FR'\n", "did you mean region"),
        ("select = 3\n", "must be a table: [select]"),
        ("[select]\nregion = {a = 1}\n", "must be one value"),
        ("[select]\nbudget = ['1min', '2min']\n", "[select] budget must be one value"),
        ("[select]\nseed = 1.5\n", "--seed 1.5: a whole number"),
        ("[select\n", "not a TOML file"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(text: str, expected: str, tmp_path: Path) -> None:
    configure(tmp_path, text)
    assert expected in refusal()


def test_help_reads_neither_the_file_nor_a_command(tmp_path: Path) -> None:
    configure(tmp_path, "[broken\n")
    code = (
        "import sys; from framewatt.cli import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'onnx', 'scipy', 'framewatt.cli.select', 'framewatt.studies.inference.study'}\n"
        "heavy &= set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert "select" in found.stdout
