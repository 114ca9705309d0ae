"""The run folder: nothing finished is lost, nothing edited is believed, one process writes."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conftest import plain_manifest, refused
from framewatt.candidates.choice import choice_of
from framewatt.errors import BadInput, StoreError
from framewatt.metering.host.inspection import inspect_host
from framewatt.records import HostState, Measurement, Phase, Stage, Usage
from framewatt.runs.carbon_basis import stored_basis
from framewatt.runs.folder import RunFolder

if TYPE_CHECKING:
    from pathlib import Path

WINDOW = Measurement(
    stage=Stage.INFERENCE,
    candidate="a@1/cpu/python[]",
    phase=Phase.STEADY,
    trial=1,
    block=1,
    window=0,
    started=1000.0,
    units=50.0,
    usage=Usage(2.0, 1.5, 0.25),
    joules={"package-0": 60.0},
    idle_watts={"package-0": 20.0},
    host=HostState(foreign_cpu_seconds=0.1),
    latency={1400: 49, 1402: 1},
    peak_memory_bytes=10**8,
)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder.create(tmp_path / "runs", "run", plain_manifest())
    folder.append(WINDOW)
    folder.append(replace(WINDOW, window=1, started=1002.0))
    return folder


def lines_of(run: RunFolder) -> Path:
    return run.path / "measurements.jsonl"


def test_a_measurement_comes_back_as_it_was_written(run: RunFolder) -> None:
    assert RunFolder.open_run(run.path).measurements()[0] == WINDOW


def test_a_measurement_of_a_run_that_still_had_a_size_is_read(run: RunFolder) -> None:
    line = {"kind": "measurement", **WINDOW.to_json(), "window": 2, "size_bytes": None}
    with lines_of(run).open("a") as lines:
        lines.write(json.dumps(line) + "\n")
    assert run.measurements()[2] == replace(WINDOW, window=2)


def test_runs_of_one_name_are_numbered(run: RunFolder) -> None:
    assert RunFolder.create(run.path.parent, "run", plain_manifest()).path.name == "run-2"


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_torn_last_line_is_dropped_and_the_file_goes_on_after_it(run: RunFolder, cut: int) -> None:
    lines_of(run).write_bytes(lines_of(run).read_bytes()[:-cut])
    again = RunFolder.open_run(run.path)
    assert again.measurements() == [WINDOW]
    again.lock()
    again.append(replace(WINDOW, window=1))
    again.release()
    assert [m.window for m in RunFolder.open_run(run.path).measurements()] == [0, 1]


def test_a_window_that_was_written_twice_counts_once(run: RunFolder) -> None:
    lines_of(run).write_bytes(lines_of(run).read_bytes() * 2)
    assert len(run.measurements()) == 2


@pytest.mark.parametrize("edit", [b"oops\n", b"42\n", b"{}\n", b'{"kind": 1\n', b"\xff\xfe\n", b"\n"])
def test_a_line_in_the_middle_that_is_no_record_is_refused_by_its_number(run: RunFolder, edit: bytes) -> None:
    first, second = lines_of(run).read_bytes().splitlines(keepends=True)
    lines_of(run).write_bytes(first + edit + second)
    with pytest.raises(BadInput, match=r"measurements\.jsonl:2: not a record"):
        run.measurements()


@pytest.mark.parametrize("field", ["phase", "usage", "latency", "candidate"])
def test_a_measurement_that_lost_a_field_is_refused(run: RunFolder, field: str) -> None:
    record = json.loads(lines_of(run).read_text().splitlines()[0])
    del record[field]
    lines_of(run).write_text(json.dumps(record) + "\n")
    with pytest.raises(BadInput, match="a measurement was edited"):
        run.measurements()


def test_a_run_without_its_lines_is_no_run(run: RunFolder) -> None:
    lines_of(run).unlink()
    with pytest.raises(BadInput, match="not a whole run folder"):
        run.measurements()


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        ('{"schema": "framewatt/run/2"}', "upgrade framewatt"),
        ('{"schema": "framewatt/run/1", "work', "truncated or edited"),
        ("[]", "schema None"),
        ("", "truncated or edited"),
        (None, "no run folder"),
    ],
)
def test_a_manifest_that_cannot_be_read_or_is_newer_is_refused(
    run: RunFolder, manifest: str | None, told: str
) -> None:
    path = run.path / "manifest.json"
    path.unlink() if manifest is None else path.write_text(manifest)
    with pytest.raises(BadInput, match=told):
        RunFolder.open_run(run.path)
    assert told in refused("report", run.path)


def test_a_second_writer_is_refused_until_the_first_is_done(run: RunFolder) -> None:
    run.lock()
    code = (
        "import sys, pathlib\n"
        "from framewatt.runs.folder import RunFolder\n"
        "RunFolder.open_run(pathlib.Path(sys.argv[1])).lock()\n"
    )
    command = [sys.executable, "-c", code, str(run.path)]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "another framewatt is writing this run" in second.stderr.splitlines()[-1]
    run.release()
    assert subprocess.run(command, check=False).returncode == 0


def test_another_model_or_machine_cannot_go_on_with_a_run(run: RunFolder) -> None:
    host = inspect_host()
    run.require_same("abc", host)
    with pytest.raises(BadInput, match="the model has changed"):
        run.require_same("def", host)
    with pytest.raises(BadInput, match="another machine"):
        run.require_same("abc", replace(host, cpu_model="another"))


def test_a_full_disk_keeps_what_was_measured_and_says_how_to_go_on(run: RunFolder) -> None:
    size = lines_of(run).stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))
    try:
        with pytest.raises(StoreError, match="free some space, then --resume"):
            run.append(replace(WINDOW, window=2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    again = RunFolder.open_run(run.path)
    again.lock()
    again.append(replace(WINDOW, window=2))
    again.release()
    assert [m.window for m in again.measurements()] == [0, 1, 2]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="file: the run folder cannot be written"):
        RunFolder.create(tmp_path / "file", "run", plain_manifest())


def test_a_manifest_comes_back_as_it_was_written(run: RunFolder) -> None:
    assert RunFolder.open_run(run.path).manifest == run.manifest


@pytest.mark.parametrize("part", ["request", "host", "meter", "power_model", "candidates", "stage"])
def test_a_manifest_that_lost_a_part_is_refused(run: RunFolder, part: str) -> None:
    path = run.path / "manifest.json"
    content = json.loads(path.read_text())
    del content[part]
    path.write_text(json.dumps(content))
    with pytest.raises(BadInput, match=rf"manifest\.json: truncated or edited \(KeyError\('{part}'\)\)"):
        RunFolder.open_run(run.path)


def test_a_run_from_before_carbon_figures_is_read_without_them(run: RunFolder) -> None:
    path = run.path / "manifest.json"
    content = json.loads(path.read_text())
    del content["carbon"], content["hardware"]
    path.write_text(json.dumps(content))
    assert stored_basis(RunFolder.open_run(run.path).manifest).no_intensity == (
        "the run was made without carbon figures"
    )


def test_a_run_of_a_larger_machine_can_be_read_but_its_request_not_be_measured_here(tmp_path: Path) -> None:
    plain = plain_manifest().request
    asked = replace(plain, candidates=replace(plain.candidates, threads=100_000))
    run = RunFolder.create(tmp_path, "run", plain_manifest(request=asked))
    request = RunFolder.open_run(run.path).manifest.request
    assert request.candidates.threads == 100_000
    with pytest.raises(BadInput, match="--threads 100000: this machine offers"):
        choice_of(request)
