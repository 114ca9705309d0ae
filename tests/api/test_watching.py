"""Who watches a study by default: whoever sits before a terminal or a notebook, and nobody elsewhere."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from framewatt.api.notebook import NotebookProgress
from framewatt.api.watching import watched
from framewatt.records import Status
from framewatt.reports.text.live import LiveProgress, PlainProgress
from framewatt.studies.progress import Silent


class Output:
    """A notebook's output, as far as one is shown and changed."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def display(self, html: str, *, display_id: bool) -> Output:
        assert display_id
        self.shown.append(html)
        return self

    def update(self, html: str) -> None:
        self.shown.append(html)


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Output:
    """A kernel that runs this test."""
    output = Output()
    ipython, drawing = ModuleType("IPython"), ModuleType("IPython.display")
    ipython.__dict__["get_ipython"] = lambda: SimpleNamespace(kernel=object())
    drawing.__dict__.update(display=output.display, HTML=str)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", drawing)
    return output


@pytest.fixture
def no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)


@pytest.mark.usefixtures("no_notebook")
@pytest.mark.parametrize(
    ("terminal", "progress", "kind"),
    [
        (True, None, LiveProgress),
        (False, None, Silent),
        (True, True, LiveProgress),
        (False, True, PlainProgress),
        (True, False, Silent),
    ],
)
def test_progress_is_shown_where_somebody_sees_it(
    terminal: bool,  # noqa: FBT001 - a parameter of the test
    progress: Any,
    kind: type,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    with watched(progress) as watcher:
        assert isinstance(watcher, kind)


def test_a_watcher_of_the_caller_s_own_is_taken_as_it_is() -> None:
    own = Silent()
    with watched(own) as watcher:
        assert watcher is own


def test_a_notebook_has_one_output_that_changes_and_goes(output: Output) -> None:
    with watched(None) as watcher:
        assert isinstance(watcher, NotebookProgress)
        watcher.say("exporting <net>")
        watcher.settled("tract@1/cpu/python[]", Status.FAILED, "no operator Loop")
    assert output.shown[0] == ""
    assert output.shown[1] == "exporting &lt;net&gt;"
    assert output.shown[2] == "failed: tract: no operator Loop<br>exporting &lt;net&gt;"
    assert output.shown[-1] == ""


def test_a_notebook_keeps_where_a_study_broke_off(output: Output) -> None:
    def study() -> None:
        with watched(None) as watcher:
            watcher.say("exporting")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study()
    assert output.shown[-1] == "exporting"


def test_a_download_is_drawn_with_its_share_and_not_at_every_chunk(
    output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([10.0, 10.1, 11.0, 11.0, 12.0])
    monkeypatch.setattr("framewatt.api.notebook.time", SimpleNamespace(monotonic=lambda: next(clock)))
    with watched(None) as watcher:
        watcher.say("preparing")
        for done in (1, 2):
            watcher.building("tract", done * 1000, 4000)
    drawn = [line for line in output.shown if "tract" in line]
    assert len(drawn) == 1
    assert drawn[0] == "building tract: 2.00 kB of 4.00 kB"


def test_a_step_is_drawn_until_all_of_it_is_done(output: Output) -> None:
    with watched(None) as watcher:
        watcher.step("preparing frameworks", 0, 2, 900)
        watcher.say("building tract")
        watcher.step("preparing frameworks", 2, 2, 900)
    assert output.shown[1].startswith("preparing frameworks: 0 of 2")
    assert output.shown[2].endswith("<br>building tract")
    assert output.shown[3] == ""


def test_a_kernel_is_no_notebook_where_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    ipython = ModuleType("IPython")
    ipython.__dict__["get_ipython"] = lambda: None
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    with watched(None) as watcher:
        assert not isinstance(watcher, NotebookProgress)
