"""`framewatt compare`: real commands, raced as they are."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from conftest import hold_to_schema, refused
from framewatt.cli import cli
from framewatt.errors import BadInput
from framewatt.metering import memory
from framewatt.metering.combined import combine
from framewatt.metering.host.inspection import inspect_host
from framewatt.plugins.meters import estimate_package
from framewatt.records import (
    Measurement,
    MeterDescription,
    MeterReading,
    Observation,
    Phase,
    Provenance,
    Scope,
    Stage,
    Usage,
)
from framewatt.runs.carbon_basis import stored_basis
from framewatt.runs.commands import net_observations
from framewatt.runs.folder import RunFolder
from framewatt.runs.question import NULL, Question
from framewatt.runs.replay import replay
from framewatt.runs.request import SelectRequest
from framewatt.studies.compare import conduct_comparison
from framewatt.studies.progress import Silent
from framewatt.trials.command import command_line, run_command

if TYPE_CHECKING:
    from framewatt.contracts import Meter
    from framewatt.race import Race

PYTHON = sys.executable


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are kept in the folder that a command is called in."""
    monkeypatch.chdir(tmp_path)


# Work that is proportional to its first argument, long enough that starting Python matters little.
LOOP = "sum(i & 7 for i in range({}))"


def _loop(count: int) -> str:
    return f"{PYTHON} -c '{LOOP.format(count)}'"


def _compare(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(cli, ["compare", *arguments, "--format", "json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.output)
    hold_to_schema(document, "compare-1")
    return document


def _refused(*arguments: str) -> str:
    return refused("compare", *arguments)


def test_the_command_that_does_a_third_of_the_work_wins_net_of_starting_python() -> None:
    dear, cheap = _loop(3_000_000), _loop(1_000_000)
    document = _compare(dear, cheap, "--null", f"{PYTHON} -c pass", "--budget", "12s", "--precision", "0.3")
    assert document["verdict"] == "winner"
    assert document["selected"] == [cheap]
    ratio = document["ratios"][0]["cpu_seconds"]
    assert ratio["low"] < 3 * 1.1  # one interval in twenty may miss 3 itself
    assert ratio["high"] > 3 / 1.1
    assert document["null"]["cpu_seconds_per_unit"]["value"] > 0
    assert document["candidates"][0]["energy_per_unit"]["provenance"] in {"estimated", "measured"}


def test_the_same_command_twice_is_not_told_apart() -> None:
    document = _compare(_loop(300_000), _loop(300_000), "--budget", "2s")
    assert document["verdict"] != "winner"
    assert [row["id"] for row in document["candidates"]] == [_loop(300_000), f"{_loop(300_000)} #2"]


def test_a_failing_commands_error_output_is_shown_in_one_line() -> None:
    failing = f"{PYTHON} -c 'import sys; print(\"no such model\", file=sys.stderr); sys.exit(3)'"
    complaint = _refused(failing, "true")
    assert "fails with exit code 3" in complaint
    assert complaint.endswith("no such model")


def test_a_command_that_does_not_exist_is_named() -> None:
    assert "no program 'frobnicate' is installed here" in _refused("frobnicate --fast", "true")


def test_a_command_that_leaves_children_behind_is_refused() -> None:
    assert "leaves children running" in _refused("sleep 30 &", "true")


def test_a_command_that_outlasts_the_budget_is_ended() -> None:
    assert "did not finish within 1 s" in _refused("sleep 30", "true", "--budget", "1s")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("true",), "give at least two"),
        (("", "true"), "an empty command"),
        (("true", "echo 'unbalanced"), "unbalanced"),
        (("true", "false", "--budget", "soon"), "soon"),
        (("true", "false", "--units", "0"), "Invalid value for '--units'"),
        (("true", "false", "--units", "nan"), "--units nan: a number above 0"),
        (("true", "false", "--margin", "200%"), "--margin 200%"),
        (("true", "false", "--precision", "-5%"), "--precision -5%"),
        (("true", "false", "--seed", "-1"), "Invalid value for '--seed'"),
        (("true", "false", "--nul", "x"), "Did you mean '--null'?"),
        (("true", "true", "--prepare", "false"), "'false' fails with exit code 1"),
        (("true", "true", "--null", "false"), "'false' fails with exit code 1"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(arguments: tuple[str, ...], complaint: str) -> None:
    assert complaint in _refused(*arguments)


def test_megabytes_of_output_and_of_errors_do_no_harm() -> None:
    code = 'import sys; sys.stdout.write("x" * 9_000_000); sys.stderr.write("y" * 9_000_000)'
    loud = f"{PYTHON} -c '{code}'"
    assert run_command(loud, 30).usage.cpu_seconds > 0


def test_cpu_seconds_include_children_that_were_waited_for() -> None:
    code = 'import subprocess, sys; subprocess.run([sys.executable, "-c", "sum(range(20_000_000))"])'
    nested = f"{PYTHON} -c '{code}'"
    assert run_command(nested, 30).usage.user_seconds > 0.1


def test_a_shell_is_used_only_where_the_command_needs_one() -> None:
    assert command_line("prog --flag 'two words'") == ["prog", "--flag", "two words"]
    assert command_line("a | b")[:2] == ["/bin/sh", "-c"]
    assert command_line("X=1 a")[:2] == ["/bin/sh", "-c"]


def test_prepare_runs_before_every_run_and_is_not_measured(tmp_path: Path) -> None:
    log = tmp_path / "log"
    prepare, touch = f"echo p >> {log}", f"echo r >> {log}"
    _compare(touch, f"{touch} ", "--prepare", prepare, "--budget", "1s")
    lines = log.read_text().split()
    assert lines[0::2] == ["p"] * (len(lines) // 2)
    assert lines[1::2] == ["r"] * (len(lines) // 2)


@pytest.mark.parametrize("null", [None, "true"])
def test_commands_that_get_faster_still_fill_the_meters_least_window(
    tmp_path: Path, null: str | None
) -> None:
    # The first run alone is slow, as with cold caches: all the later ones together would be too short.
    cold = tmp_path / "cold"
    commands = [f"test -e {cold}{name} || sleep 0.5; touch {cold}{name}; sleep 0.005" for name in "ab"]
    question = Question((commands[0], commands[1]), null=null, budget_seconds=1.0)
    run = _conducted(question, _SilentMeter(minimum_window_seconds=0.3))
    windows = run.measurements()
    assert windows
    assert not any(window.invalid for window in windows)
    assert all(window.units * 0.005 < window.usage.seconds for window in windows if window.candidate != NULL)
    assert max(window.units for window in windows) > 1


def test_a_prepared_command_too_short_for_the_meter_is_refused_with_what_to_do() -> None:
    question = Question(("true", "true"), prepare="true")
    with pytest.raises(BadInput, match=r"'true' takes .* stand-in needs 0.3 s.*leave --prepare out"):
        _conducted(question, _SilentMeter(minimum_window_seconds=0.3))


def test_peak_memory_is_the_commands_own_and_not_that_of_who_started_it() -> None:
    ours = bytearray(200_000_000)
    small, large = (
        f"{PYTHON} -c 'import time; x = bytearray({size}); time.sleep(0.3)'" for size in (10, 300_000_000)
    )
    first, second = (row["peak_memory"] for row in _compare(small, large, "--budget", "3s")["candidates"])
    assert len(ours) > first["value"] * 3
    assert second["value"] > 300e6
    assert (second["unit"], second["provenance"]) == ("B", "measured")


def test_a_command_too_quick_to_look_at_has_a_reason_for_no_peak_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "_LOOK_SECONDS", 60.0)
    ours = bytearray(100_000_000)
    peak = _compare("true", "true", "--budget", "1s")["candidates"][0]["peak_memory"]
    assert len(ours) > 0
    assert peak["value"] is None
    assert "before its memory could be looked at" in peak["reason"]


def test_an_estimate_beside_a_counter_doubts_its_ratios_as_it_does_alone() -> None:
    host = inspect_host()
    estimate = estimate_package.open_meter(host)
    parts: list[Meter] = [_SilentMeter(Scope.PACKAGE), estimate]
    question = Question((_loop(1), _loop(2)), budget_seconds=0.5)
    combined, alone = (_race_of(_conducted(question, meter)) for meter in (combine(parts), estimate))
    seen = [
        Observation(name, 1, 1, cost, cost, cost, 1)
        for name, cost in zip(question.ids, (1.0, 2.0), strict=True)
    ]
    assert combined.state.uncertainty is not None
    assert alone.state.uncertainty is not None
    assert combined.state.uncertainty(*seen) == alone.state.uncertainty(*seen)


def _conducted(question: Question, meter: Meter) -> RunFolder:
    """The run of a comparison on a meter of the test's own."""
    request = SelectRequest.of("commands", budget=question.budget_seconds, runs_dir="runs")
    document = conduct_comparison(question, request, meter, Silent())
    return RunFolder.open_run(Path(document["run"]))


def _race_of(run: RunFolder) -> Race:
    stored = replay(run, stored_basis(run.manifest))
    assert stored is not None
    return stored.race


class _SilentMeter:
    """A counter whose joules the test writes into the windows itself."""

    def __init__(self, scope: Scope = Scope.WALL, minimum_window_seconds: float = 0.0) -> None:
        self.description = MeterDescription(
            "stand-in", scope, ("host",), Provenance.MEASURED, {"reserved_share": 1.0}
        )
        self.minimum_window_seconds = minimum_window_seconds

    def start(self) -> None:
        """Nothing to open."""

    def stop(self, usage: Usage) -> MeterReading:
        short = (
            f"{usage.seconds:.3g} s are too short" if usage.seconds < self.minimum_window_seconds else None
        )
        return MeterReading({"host": usage.seconds}, invalid=short)

    def idle_watts(self) -> None:
        return None

    def close(self) -> None:
        """Nothing to release."""


def test_every_command_warms_up_as_often_as_asked_before_the_first_window(tmp_path: Path) -> None:
    log = tmp_path / "log"
    _compare(*(f"echo {name} >> {log}" for name in "ab"), "--warmup", "3", "--budget", "1s")
    assert log.read_text().split()[:6] == ["a"] * 3 + ["b"] * 3


def test_a_run_that_does_many_units_costs_so_much_less_per_unit() -> None:
    arguments = (_loop(300_000), _loop(300_000), "--budget", "1s")
    one, hundred = _compare(*arguments), _compare(*arguments, "--units", "100")
    per_run, per_unit = (
        document["candidates"][0]["cpu_seconds_per_unit"]["value"] for document in (one, hundred)
    )
    assert per_run / per_unit == pytest.approx(100, rel=0.5)


def test_the_null_commands_cost_is_subtracted_per_unit_and_block() -> None:
    def window(name: str, joules: float) -> Measurement:
        return Measurement(
            stage=Stage.DEVELOPMENT, candidate=name, phase=Phase.STEADY, trial=1, block=1, window=0,
            started=0.0, units=4.0, usage=Usage(2.0, 1.0, 0.2), joules={"host": joules},
        )  # fmt: skip

    (observation,) = net_observations([window("a", 10.0), window(NULL, 2.0)])
    assert observation.cost == pytest.approx(2.0)
    assert observation.cpu_seconds == pytest.approx(0.0)


def test_a_command_that_costs_no_more_than_the_null_command_is_said_to_be_so() -> None:
    document = _compare("true", "true", "--null", _loop(100_000), "--budget", "3s")
    assert document["verdict"] == "undecided"
    assert "no more than the null command" in document["reason"]


def test_a_killed_comparison_goes_on_and_counts_no_window_twice(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [PYTHON, "-m", "framewatt", "compare", _loop(300_000), _loop(600_000), "--budget", "5s"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        run = _wait_for_windows(tmp_path / "framewatt-runs", 5, process)
    finally:
        process.kill()
        process.wait()
    before = run.measurements()
    document = _compare("--resume", str(run.path), "--format", "json")
    windows = run.measurements()
    assert windows[: len(before)] == before
    assert len({(w.candidate, w.block) for w in windows}) == len(windows)
    assert document["verdict"] == "winner"
    assert document["selected"] == [_loop(300_000)]
    runs = {row["id"]: row["runs"] for row in document["candidates"]}
    assert runs == {name: sum(w.units for w in windows if w.candidate == name) for name in runs}


def _wait_for_windows(root: Path, count: int, process: subprocess.Popen[bytes]) -> RunFolder:
    """The run below `root`, once it holds so many windows."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        for manifest in root.glob("*/manifest.json"):
            run = RunFolder.open_run(manifest.parent)
            if len(run.measurements()) >= count:
                return run
        time.sleep(0.02)
    raise AssertionError("the comparison ended before it could be killed")


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A comparison with a run folder of its own."""
    folder = tmp_path_factory.mktemp("compared")
    return _compare(_loop(300_000), _loop(900_000), "--budget", "4s", "--runs-dir", str(folder))


def test_a_comparison_is_reported_from_its_run_alone(compared: dict[str, Any]) -> None:
    again = CliRunner().invoke(cli, ["report", compared["run"], "--format", "json"])
    assert json.loads(again.output) == compared
    text = CliRunner().invoke(cli, ["report", compared["run"]])
    assert "winner" in text.output
    assert "says nothing about carbon" in refused("report", compared["run"], "--region", "FR")
    assert "is told as text, json, markdown or csv" in refused("report", compared["run"], "--format", "sci")


def test_a_carbon_default_of_the_folder_does_not_hinder_the_report_of_a_comparison(
    compared: dict[str, Any],
) -> None:
    Path("framewatt.toml").write_text("[report]\npue = 1.2\n")
    assert CliRunner().invoke(cli, ["report", compared["run"]]).exit_code == 0


def test_a_comparison_is_gated_against_itself_and_passes(compared: dict[str, Any]) -> None:
    arguments = ["check", compared["run"], "--against", compared["run"], "--format", "json"]
    document = json.loads(CliRunner().invoke(cli, arguments).output)
    assert document["passed"]
    assert [row["ratio"]["value"] for row in document["candidates"]] == pytest.approx([1.0, 1.0])
    assert "comparison of commands" in refused(*arguments[:-2], "--metric", "sci")


def test_a_comparisons_run_holds_to_the_shipped_schema(compared: dict[str, Any]) -> None:
    run = RunFolder.open_run(Path(compared["run"]))
    hold_to_schema(run.manifest.to_json(), "run-1")
    for line in (run.path / "measurements.jsonl").read_text().splitlines():
        hold_to_schema(json.loads(line), "run-1")


def test_a_comparison_is_no_run_of_another_command(compared: dict[str, Any], tmp_path: Path) -> None:
    assert "framewatt compare --resume" in refused("select", "--resume", compared["run"])
    assert "a comparison of commands" in refused("plan", compared["run"])
    assert "give either commands or --resume" in refused("compare", "true", "--resume", compared["run"])
    assert "no run folder" in refused("compare", "--resume", tmp_path / "none")
