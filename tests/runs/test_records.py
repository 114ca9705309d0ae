"""The kinds of record: what earlier versions wrote reads and writes the same, and an edited line is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from conftest import SCHEMAS, hold_to_schema, plain_manifest
from framewatt.decision import build_decision, studies_document
from framewatt.errors import BadInput
from framewatt.records import Measurement, Status
from framewatt.runs import records
from framewatt.runs.folder import RunFolder
from framewatt.runs.records import (
    Admitted,
    BlockTold,
    BuiltConverter,
    CandidateDropped,
    FirstLosses,
    OracleOverruled,
    OwnFile,
    ParityCheck,
    QualityScore,
    QualityTarget,
    RaceEvent,
    Settled,
    TrainingOutcome,
    Tuning,
)

if TYPE_CHECKING:
    from framewatt.records.stored import Record

RECORDED = Path(__file__).parent / "recorded"
YOUNGER = {"built_now", "spent", "references", "launches", "earlier_launches"}
"""Fields of records that the recorded runs are older than."""
KINDS: dict[str, type[Any]] = {
    kind.KIND: kind
    for kind in [Measurement, RaceEvent, *(getattr(records, name) for name in records.__all__)]
    if hasattr(kind, "KIND") and not (issubclass(kind, RaceEvent) and kind is not RaceEvent)
}


def recorded_lines() -> list[dict[str, Any]]:
    """One line of every shape that the recorded runs hold."""
    shapes = {}
    for path in sorted(RECORDED.rglob("measurements.jsonl")):
        for text in path.read_text().splitlines():
            line = json.loads(text)
            shapes[line["kind"], line.get("event"), tuple(line)] = line
    return list(shapes.values())


@pytest.mark.parametrize("line", recorded_lines(), ids=lambda line: line["kind"])
def test_a_recorded_line_is_written_again_as_it_was(line: dict[str, Any]) -> None:
    dropped = {"kind", "size_bytes"}  # windows had a size once, always null
    own = {key: value for key, value in line.items() if key not in dropped}
    written = json.loads(json.dumps(KINDS[line["kind"]].from_json(own).to_json()))
    if line["kind"] == Admitted.KIND:
        own.setdefault("cohort", None)  # training studies did not write it
    assert {key: written[key] for key in own} == own
    assert set(written) - set(own) <= YOUNGER


def test_there_are_nineteen_kinds() -> None:
    assert len(KINDS) == 19


@pytest.mark.parametrize(
    "record",
    [
        Settled("a", Status.FAILED, "it died"),
        CandidateDropped("a", "it died"),
        BlockTold(3, 1.5, {"a": 0.5}, {"b": 38.0}),
        ParityCheck("a", 0.1, "first losses of b", (1.0, None)),
        ParityCheck("a", None, "unknown"),
        QualityScore("a", "auc", 0.9, 0.8, 0.95),
        FirstLosses((1.0, 0.5), "b"),
        Admitted(("a", "b"), 2.0, 1),
    ],
    ids=lambda record: type(record).__name__,
)
def test_a_record_comes_back_from_its_line_as_it_was(record: Record) -> None:
    line = json.loads(json.dumps(record.to_json()))
    assert KINDS[record.KIND].from_json(line) == record


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_line_of_any_kind_that_lost_its_parts_is_named_by_its_number(kind: str, tmp_path: Path) -> None:
    lines = tmp_path / "measurements.jsonl"
    lines.write_text(json.dumps({"kind": "other"}) + "\n" + json.dumps({"kind": kind}) + "\n")
    run = RunFolder.create(tmp_path, "run", plain_manifest())
    (run.path / "measurements.jsonl").write_bytes(lines.read_bytes())
    with pytest.raises(BadInput, match=rf"measurements\.jsonl:2: an? {kind} was edited"):
        list(run.records(KINDS[kind]))


def test_what_a_later_version_adds_to_a_line_is_passed_over() -> None:
    line = {**QualityScore("a", "auc", 0.9).to_json(), "calibration": 0.1}
    assert QualityScore.from_json(line) == QualityScore("a", "auc", 0.9)


@pytest.mark.parametrize("path", sorted(RECORDED.rglob("manifest.json")), ids=lambda path: path.parent.name)
def test_a_recorded_manifest_is_written_again_as_it_was(path: Path) -> None:
    content = json.loads(path.read_text())
    written = RunFolder.open_run(path.parent).manifest.to_json()
    assert _as_old(json.loads(json.dumps(written)), content) == content


def _as_old(written: object, content: object) -> object:
    """What was written, without the entries that the recorded runs are older than."""
    if isinstance(written, dict) and isinstance(content, dict):
        return {key: _as_old(written[key], content[key]) for key in written if key in content}
    if isinstance(written, list) and isinstance(content, list):
        return [_as_old(*pair) for pair in zip(written, content, strict=True)]
    return written


@pytest.mark.parametrize("path", sorted(RECORDED.rglob("manifest.json")), ids=lambda path: path.parent.name)
def test_a_recorded_run_holds_to_the_shipped_schema(path: Path) -> None:
    hold_to_schema(json.loads(path.read_text()), "run-1")
    for line in path.with_name("measurements.jsonl").read_text().splitlines():
        hold_to_schema(json.loads(line), "run-1")


def test_the_schema_knows_every_kind_of_line() -> None:
    schema = json.loads((SCHEMAS / "run-1.json").read_text())
    assert set(schema["$defs"]["line"]["properties"]["kind"]["enum"]) == set(KINDS)
    asked = [rule["if"]["properties"]["kind"]["const"] for rule in schema["$defs"]["line"]["allOf"]]
    assert sorted(asked) == sorted(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_line_without_its_parts_does_not_hold_to_the_schema(kind: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        hold_to_schema({"kind": kind}, "run-1")


@pytest.mark.parametrize(
    "record",
    [
        Settled("a", Status.FAILED, "it died"),
        CandidateDropped("a", "it died"),
        ParityCheck("a", 0.1, "first losses of b", (1.0, None)),
        FirstLosses((1.0, 0.5), "b"),
        OracleOverruled("ONNX reference evaluator"),
        OwnFile("a", "load: the branches differ in rank"),
        BuiltConverter("a", "python", (), None, None, None, None, None, None),
        TrainingOutcome("a", "comparable", None, (), (), Tuning((), 1.0), None, "", reached=0, seeds=5),
        QualityTarget("auc", None, "--quality", {}),
    ],
    ids=lambda record: type(record).__name__,
)
def test_kinds_that_no_recorded_run_holds_keep_to_the_schema_too(record: Record) -> None:
    hold_to_schema({"kind": record.KIND, **record.to_json()}, "run-1")


def test_several_studies_of_one_run_are_one_document() -> None:
    runs = (RECORDED / "table-study", RECORDED / "table-study" / "inference")
    document = studies_document([build_decision(RunFolder.open_run(run)) for run in runs])
    hold_to_schema(document, "studies-1")
    assert [study["stage"] for study in document["studies"]] == ["training", "inference"]
