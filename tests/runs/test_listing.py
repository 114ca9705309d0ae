"""Which run a person means."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import plain_manifest
from framewatt.errors import BadInput
from framewatt.runs.folder import RunFolder
from framewatt.runs.listing import find_run, folders, inner_runs, newest


def a_run(root: Path, name: str, created: str) -> Path:
    return RunFolder.create(root, name, plain_manifest(created=created)).path


def test_latest_is_the_run_that_began_last_whatever_it_is_called(tmp_path: Path) -> None:
    last = a_run(tmp_path, "a", "2026-11-27T10:00:00+00:00")
    a_run(tmp_path, "z", "2026-11-26T10:00:00+00:00")
    assert find_run("latest", tmp_path) == last
    assert [path.name for path in folders(tmp_path)] == ["a", "z"]


def test_latest_of_nothing_is_refused(tmp_path: Path) -> None:
    assert newest(tmp_path) is None
    with pytest.raises(BadInput, match=r"latest: no run in .*; see --runs-dir"):
        find_run("latest", tmp_path)


def test_a_run_goes_by_its_name_inside_the_runs_folder_or_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(tmp_path / "runs", "digits", "2026-11-27T10:00:00+00:00")
    monkeypatch.chdir(tmp_path)
    assert find_run("digits", "runs").resolve() == run
    assert find_run("runs/digits", "elsewhere") == Path("runs/digits")
    assert find_run("gone", "runs") == Path("gone")


def test_a_manifest_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    run = a_run(tmp_path, "a", "2026-11-27T10:00:00+00:00")
    broken = tmp_path / "b"
    broken.mkdir()
    (broken / "manifest.json").write_text("{")
    assert find_run("latest", tmp_path) == run


def test_the_studies_inside_a_run_are_found(tmp_path: Path) -> None:
    run = a_run(tmp_path, "table", "2026-11-27T10:00:00+00:00")
    inner = a_run(run, "inference", "2026-11-27T10:01:00+00:00")
    assert inner_runs(run) == [inner]
    assert list(folders(tmp_path)) == [run]


def test_a_new_folder_of_runs_is_kept_out_of_version_control(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    a_run(root, "a", "2026-11-27T10:00:00+00:00")
    assert (root / ".gitignore").read_text() == "*\n"


def test_a_folder_that_is_there_already_is_left_as_it_is(tmp_path: Path) -> None:
    a_run(tmp_path, "a", "2026-11-27T10:00:00+00:00")
    assert not (tmp_path / ".gitignore").exists()
