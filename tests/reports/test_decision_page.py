"""What a decision's page shows: the sentence first, one row a framework, and only what matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from documents import decided, failed, quantity, with_incumbent
from framewatt.reports.pages.catalogue import pages_of
from framewatt.reports.pages.reference import Reference
from framewatt.reports.rendering import rendered

if TYPE_CHECKING:
    from documents import Document

WINNER = "Use ONNX Runtime: it needs 9 % less CPU time than the next best of three."
LATEST = Reference("framewatt-runs/20261127-131715-digits", "latest")


def told(document: Document, *, details: bool = False) -> list[str]:
    return rendered(pages_of(document, LATEST), "text", details=details).splitlines()


def screens() -> dict[str, Document]:
    none = decided(
        "none", "No framework answers within 0.3 ms at p99; the nearest is ONNX Runtime at 0.87 ms."
    )
    for row in none["frameworks"]:
        row |= {"status": "infeasible", "reason": "p99 latency is above 866 µs, the bound is 300 µs"}
    return {
        "winner": failed(
            with_incumbent(decided("winner", WINNER)), "TensorFlow", "it has no operator If " * 9
        ),
        "undecided": decided("undecided", "Any of the three: ONNX Runtime leads, at most 9 % dearer."),
        "none": none,
        "training": decided("winner", "Use LightGBM.", decided_on="energy", name="table-study"),
    }


@pytest.mark.parametrize("name", ["winner", "undecided", "none", "training"])
@pytest.mark.parametrize("details", [False, True])
def test_no_line_is_wider_than_80_columns_and_none_shows_an_internal_id(name: str, *, details: bool) -> None:
    lines = told(screens()[name], details=details)
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines if "/cpu/python[" in line]
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("name", ["winner", "undecided", "none"])
def test_the_sentence_comes_first_and_the_verdict_stands_at_the_right_end(name: str) -> None:
    document = screens()[name]
    first = told(document)[0]
    assert document["advice"].startswith(first.removesuffix(document["verdict"]).strip())
    assert first.endswith(f" {document['verdict']}")
    assert len(first) == 80


def test_what_it_saves_comes_before_the_table_in_plain_figures() -> None:
    lines = told(screens()["winner"])
    table = next(number for number, line in enumerate(lines) if "shorter is better" in line)
    before = " ".join(lines[:table])
    assert "A million samples: 16 min of CPU time, 1.07 Wh and 60.0 mg of CO2eq less" in before
    assert "A year, at 1 million samples a day: 97 h 20 min of CPU time" in before


def test_what_a_change_would_cost_more_is_said_to_be_more() -> None:
    document = with_incumbent(decided("winner", WINNER))
    document["savings"]["per_million_units"]["energy"] = quantity(-3600.0, "J")
    assert "60.0 mg of CO2eq less, 1.00 Wh more than" in " ".join(told(document))


def test_nothing_is_said_of_savings_where_what_runs_today_is_the_choice() -> None:
    document = with_incumbent(decided("winner", WINNER))
    document["selected"] = [document["incumbent"]]
    assert " of CPU time" not in " ".join(told(document))


def test_each_framework_has_one_row_and_a_setting_that_runs_today_its_own() -> None:
    lines = told(screens()["winner"])
    start = next(number for number, line in enumerate(lines) if "shorter is better" in line)
    names = [line[2:25].strip() for line in lines[start + 1 : start + 5]]
    assert names == ["ONNX Runtime", "OpenVINO", "MNN", "ONNX Runtime as shipped"]
    assert [line[0] for line in lines[start + 1 : start + 5]] == ["✓", "–", "–", "◆"]
    assert "  ◆ what runs today" in lines


def test_bars_are_as_long_as_what_they_stand_for() -> None:
    lines = told(screens()["winner"])
    lengths = {line[2:25].strip(): line.count("█") for line in lines if "█" in line}
    assert lengths["ONNX Runtime as shipped"] == max(lengths.values())
    times = lengths["ONNX Runtime as shipped"] / lengths["ONNX Runtime"]
    assert times == pytest.approx(2.8, rel=0.35)  # to the whole character


def test_the_cost_shown_is_the_one_that_decided() -> None:
    by_energy = told(decided("winner", WINNER, decided_on="energy"))
    by_cpu = told(decided("winner", WINNER))
    energy_head, cpu_head = (
        next(line for line in lines if "is better" in line) for lines in (by_energy, by_cpu)
    )
    assert "Energy per sample" in energy_head
    assert "CPU time" in energy_head
    assert "CPU time per sample" in cpu_head
    assert "energy" in cpu_head


def test_who_failed_has_one_line_and_the_details_have_the_whole_reason() -> None:
    document = screens()["winner"]
    short = [line for line in told(document) if line.startswith("✗")]
    assert len(short) == 1
    assert short[0].startswith("✗ TensorFlow  failed: it has no operator If")
    assert short[0].endswith("…")
    whole = " ".join(" ".join(told(document, details=True)).split())
    assert "TensorFlow (failed): " + " ".join(["it has no operator If"] * 9) in whole


def test_where_nobody_was_selected_there_is_no_table_and_nothing_about_development() -> None:
    text = "\n".join(told(screens()["none"]))
    assert "shorter is better" not in text
    assert "Developing" not in text
    assert "Joules" not in text
    assert "✗ ONNX Runtime  infeasible: p99 latency is above 866 µs, the bound is 300 µs" in text
    assert "→ Measure on a quiet machine." in text


def test_an_open_race_shows_who_may_still_be_the_best() -> None:
    lines = told(screens()["undecided"])
    assert [line[0] for line in lines if "█" in line] == ["✓", "?", "?"]
    assert "  ? not ruled out" in lines


def test_few_warnings_are_shown_each_once_and_the_details_have_all() -> None:
    document = decided("winner", WINNER)
    ids = [row["id"] for row in document["candidates"]]
    document["warnings"] += [
        {"code": "bimodal", "message": "it falls in two groups", "remedy": "look", "candidate": name}
        for name in ids[:3]
    ]
    document["warnings"] += [
        {"code": code, "message": f"about {code}", "remedy": "look", "candidate": None} for code in "abc"
    ]
    shown = [line for line in told(document) if line.startswith("! ")]
    assert shown[-1] == "! 3 more with --details."
    assert len(shown) == 4
    assert " ".join(" ".join(told(document)).split()).count("in two groups") == 1
    assert " ".join(" ".join(told(document, details=True)).split()).count("in two groups") == 4


def test_the_last_lines_say_where_the_run_is_and_what_to_type() -> None:
    document = decided("winner", WINNER)
    assert told(document)[-2:] == [
        "Run:  framewatt-runs/20261127-131715-digits",
        "More: framewatt report latest --details",
    ]
    document["carbon"]["intensity"]["value"] = None
    assert told(document)[-1] == "Carbon: framewatt report latest --region FR"


def test_the_two_studies_of_one_run_stand_under_their_titles() -> None:
    studies = [decided("winner", "Use LightGBM.", decided_on="energy", name=name)
               for name in ("table-study", "table-study/inference")]  # fmt: skip
    lines = told({"schema": "framewatt/studies/1", "studies": studies})
    assert lines[0] == "plants, training to auc 0.8"
    assert "plants, offline" in lines
    assert sum(line.startswith("Run:") for line in lines) == 1
