"""How far a study is, in lines that say what is left."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from framewatt.race.standings import FrameworkStanding, Standing, Standings
from framewatt.records import Estimate, Status, Verdict
from framewatt.reports.text.live import LiveProgress, PlainProgress, watch
from framewatt.reports.text.progress import Step, standing_line, whole_seconds


def standing(framework: str, ratio: float, *, surviving: bool = True) -> FrameworkStanding:
    estimate = Estimate(ratio, ratio, ratio)
    best = f"{framework}@1.0/cpu/python[threads=1]"
    return FrameworkStanding(framework, best, surviving, estimate, estimate)


def standings(*frameworks: FrameworkStanding, **changed: Any) -> Standings:
    plain: dict[str, Any] = {
        "verdict": Verdict.UNDECIDED, "decided_on": "cpu_seconds", "selected": (frameworks[0].best,),
        "regret": 0.09, "reason": "", "setting": None, "frameworks": frameworks, "candidates": (),
        "over": False, "blocks": 3, "spent_seconds": 63.0, "budget_needed_seconds": None,
        "budget_reason": None,
    }  # fmt: skip
    return Standings(**plain | changed)


RACE = standings(
    standing("onnxruntime", 1.0),
    standing("mnn", 1.21),
    standing("openvino", 1.04),
    standing("tract", 2.5, surviving=False),
)


def test_the_leader_is_named_with_the_most_it_could_lose_and_the_next_cheapest() -> None:
    assert standing_line(RACE) == (
        "onnxruntime leads, at most 9 % dearer; openvino 1.04×, mnn 1.21×; 1 of 4 ruled out"
    )


def test_another_setting_of_the_leaders_framework_is_no_rival() -> None:
    second = "onnxruntime@1.0/cpu/python[threads=2]"
    none = dict.fromkeys(
        ("eliminated_at", "reason", "cost", "cpu_seconds", "ratio_to_best", "cpu_ratio_to_best")
    )
    leader = Standing(second, "onnxruntime", {}, True, 1, 2, True, dropped=False, **none)  # noqa: FBT003
    told = standing_line(standings(*RACE.frameworks, selected=(second,), candidates=(leader,)))
    assert told == "onnxruntime leads, at most 9 % dearer; openvino 1.04×, mnn 1.21×; 1 of 4 ruled out"


def test_a_decided_race_names_who_was_selected() -> None:
    best = tuple(framework.best for framework in RACE.frameworks[:2])
    same = standings(*RACE.frameworks, verdict=Verdict.EQUIVALENT, selected=best, regret=None)
    assert standing_line(same) == "equivalent: onnxruntime, mnn"


def test_a_race_before_its_first_round_has_no_leader() -> None:
    assert standing_line(standings(*RACE.frameworks, selected=())) == "nobody leads yet"


def test_a_step_says_how_many_are_done_what_is_left_and_how_long_it_may_take() -> None:
    step = Step("preparing", 3, 9, began=100.0, limit_seconds=900.0)
    assert step.line(120.0) == "preparing: 3 of 9, about 40 s left (at most 15 min)"
    assert Step("preparing", 0, 9, began=100.0).line(120.0) == "preparing: 0 of 9"
    assert Step("preparing", 9, 9, began=100.0).ended(160.0) == "preparing: 9 of 9, 1 min"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.0, "0 s"), (0.2, "1 s"), (41.6, "42 s"), (180.0, "3 min"), (63.0, "1 min 3 s")],
)
def test_what_is_left_has_no_fractions(seconds: float, written: str) -> None:
    assert whole_seconds(seconds) == written


def on_a_pipe(capsys: pytest.CaptureFixture[str]) -> list[str]:
    with PlainProgress() as progress:
        progress.say("not in the default set: iree")
        for done in range(4):
            progress.step("preparing", done, 3)
            progress.say("converting for MNN")
        progress.settled("iree@1.0/cpu/python[threads=1]", Status.FAILED, "it crashed")
        for _ in range(5):
            progress.standing(RACE, 180.0)
            progress.step("preparing", 0, 1)
            progress.say("converting for MNN")
        first = RACE.frameworks[0].best
        won = standings(*RACE.frameworks, over=True, verdict=Verdict.WINNER, selected=(first,), regret=0.0)
        progress.standing(won, 180.0)
    return capsys.readouterr().err.splitlines()


def test_a_pipe_gets_few_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    lines = on_a_pipe(capsys)
    assert lines[0] == "not in the default set: iree"
    assert lines[1] == "preparing: 0 of 3"
    assert lines[2].startswith("preparing: 3 of 3, ")
    assert lines[3] == "converting for MNN"
    assert lines[4] == "failed: iree: it crashed"
    assert lines[5] == f"[1 min 3 s of 3 min] {standing_line(RACE)}"
    assert lines[6] == "[1 min 3 s of 3 min] winner: onnxruntime"
    assert len(lines) == 7


def test_a_pipe_is_not_told_what_a_question_was_about_to_do_when_it_was_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with PlainProgress() as progress:
        progress.say("not in the default set: iree")
        progress.say("asking the reference evaluator")
    assert capsys.readouterr().err.splitlines() == ["not in the default set: iree"]


def seen(progress: LiveProgress) -> list[str]:
    buffer = io.StringIO()
    Console(file=buffer, width=80).print(progress._view())
    return [line.rstrip() for line in buffer.getvalue().splitlines() if line.strip()]


def test_a_terminal_sees_one_step_move_and_the_finished_ones_folded() -> None:
    progress = LiveProgress(Console(file=io.StringIO(), width=80))
    progress.step("preparing", 0, 3, 900.0)
    progress.building("onnxruntime 1.31.0", 12_000_000, 41_000_000)
    first = seen(progress)
    assert "preparing: 0 of 3" in first[0]
    assert first[1].strip() == "building onnxruntime 1.31.0: 12.0 MB of 41.0 MB"
    progress.step("preparing", 3, 3, 900.0)
    progress.settled("iree@1.0/cpu/python[threads=1]", Status.FAILED, "it crashed " * 20)
    progress.standing(RACE, 180.0)
    folded, dropped, race, line = seen(progress)
    assert folded.startswith("✓ preparing: 3 of 3, ")
    assert dropped.startswith("✗ failed: iree: it crashed")
    assert len(dropped) <= 80
    assert "racing: 1 min 3 s of 3 min, at most 1 min 57 s left" in race
    assert race.count("█") == int(20 * 63 / 180)
    assert standing_line(RACE).startswith(line.strip().removesuffix("…"))


def test_a_race_that_is_over_folds_too_so_that_another_study_can_begin() -> None:
    progress = LiveProgress(Console(file=io.StringIO(), width=80))
    progress.standing(standings(*RACE.frameworks, over=True), 180.0)
    progress.step("checking what each computes", 0, 2)
    folded, step = seen(progress)
    assert folded.startswith("✓ raced for 1 min 3 s: onnxruntime leads, at most 9 % dearer")
    assert "checking what each computes: 0 of 2" in step


def test_nothing_of_it_is_left_where_nobody_watches() -> None:
    buffer = io.StringIO()
    with LiveProgress(Console(file=buffer, width=80)) as progress:
        progress.step("preparing", 0, 3)
        progress.standing(RACE, 180.0)
    assert buffer.getvalue().strip() == ""


def test_who_watches_depends_on_where_stderr_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(watch(), PlainProgress)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert isinstance(watch(), LiveProgress)
