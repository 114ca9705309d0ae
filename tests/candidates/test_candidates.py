"""Who may race: what the user typed becomes contestants, or one line that says what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from framewatt.candidates.choice import Choice, choice_of
from framewatt.candidates.enumeration import CandidateSpec, enumerate_candidates, left_out
from framewatt.candidates.incumbent import require_incumbent
from framewatt.discovery import discover
from framewatt.errors import BadInput
from framewatt.metering.host.inspection import reservable_cpus
from framewatt.runs.request import SelectRequest

if TYPE_CHECKING:
    from pathlib import Path


def enter(
    frameworks: str = "default", model_format: str = "onnx", overrides: tuple[str, ...] = (), **more: object
) -> list[CandidateSpec]:
    choice = Choice(frameworks=frameworks, overrides=overrides, **more)  # type: ignore[arg-type] # any option
    return enumerate_candidates(choice, model_format)


def names(entries: list[CandidateSpec]) -> list[str]:
    return [entry.candidate.framework for entry in entries]


def test_versions_and_repeats_enter_as_they_were_typed() -> None:
    entries = enter("onnxruntime, openvino==2026.1.0,openvino==2025.4.0,onnxruntime#2")
    assert [(e.candidate.framework, e.candidate.version, e.candidate.repeat) for e in entries] == [
        ("onnxruntime", entries[0].plugin.module.VERSION, 1),
        ("openvino", "2026.1.0", 1),
        ("openvino", "2025.4.0", 1),
        ("onnxruntime", entries[0].plugin.module.VERSION, 2),
    ]
    assert len({entry.candidate.id for entry in entries}) == 4
    assert entries[3].candidate.id.endswith("#2")


@pytest.mark.parametrize(
    ("frameworks", "told"),
    [
        ("onnxruntme", "did you mean onnxruntime"),
        ("onnxruntime,onnxruntime", "mark the second with #2"),
        ("openvino==2026.1.0,openvino==2026.1.0", "mark the second with #2"),
        ("onnxruntime#0", "not of the form"),
        ("onnxruntime>=1.0", "not of the form"),
        ("onnxruntime; rm -rf", "not of the form"),
        (" , ", "names none"),
        ("", "names none"),
    ],
)
def test_frameworks_that_cannot_be_meant_are_refused_with_the_remedy(frameworks: str, told: str) -> None:
    with pytest.raises(BadInput, match="--frameworks") as refused:
        enter(frameworks)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("onnxruntime", "framework.setting=value"),
        ("onnxruntime.spinning", "framework.setting=value"),
        ("onnxruntme.spinning=on", "did you mean onnxruntime"),
        ("onnxruntime.spining=on", "did you mean spinning"),
        ("onnxruntime.spinning=maybe", "one of off, on"),
        ("onnxruntime.threads=0", "this machine offers 1 to"),
        (f"onnxruntime.threads={reservable_cpus() + 1}", "this machine offers 1 to"),
        ("onnxruntime.threads=two", "this machine offers 1 to"),
        ("tract.precision=fp32", "tract does not race"),
    ],
)
def test_settings_that_do_not_exist_are_refused_with_the_ones_that_do(override: str, told: str) -> None:
    with pytest.raises(BadInput, match="--set") as refused:
        enter("onnxruntime,openvino", overrides=(override,))
    assert told in str(refused.value)


def test_a_setting_reaches_its_framework_alone() -> None:
    entries = enter("onnxruntime,tract", overrides=("onnxruntime.spinning=on",))
    assert [entry.settings.get("spinning") for entry in entries] == ["on", None]


def test_everyone_gets_the_same_thread_budget() -> None:
    assert {entry.settings["threads"] for entry in enter("all", threads=1)} == {"1"}


def test_a_family_races_on_behalf_of_the_framework_that_cannot_read_the_model() -> None:
    assert names(enter("pytorch", "onnx")) == ["pytorch_onnx"]
    assert set(names(enter("pytorch", "torch"))) == {"pytorch"}


def test_a_lower_precision_enters_only_where_it_is_allowed() -> None:
    assert {entry.settings["precision"] for entry in enter("all")} == {"fp32"}
    allowed = enter("openvino,tract", allowed_precisions=("bf16",))
    assert [(e.candidate.framework, e.settings["precision"]) for e in allowed] == [
        ("openvino", "fp32"),
        ("openvino", "bf16"),
        ("tract", "fp32"),
    ]


def test_a_precision_that_a_framework_lacks_makes_it_inapplicable_and_says_what_it_knows() -> None:
    entries = enter("openvino,tract", precision="bf16")
    assert [entry.inapplicable is None for entry in entries] == [True, False]
    assert "it knows fp32" in str(entries[1].inapplicable)


@pytest.mark.parametrize("option", ["precision", "allowed_precisions"])
def test_a_precision_that_nobody_knows_is_refused(option: str) -> None:
    value = "bf61" if option == "precision" else ("bf61",)
    with pytest.raises(BadInput, match="'bf61': no framework computes in it; did you mean bf16"):
        enter(**{option: value})  # type: ignore[arg-type] # one option or the other


def test_the_default_set_is_the_light_part_of_all() -> None:
    light, everyone = set(names(enter("default"))), set(names(enter("all")))
    assert light < everyone
    assert light == {name for name in everyone if discover("frameworks")[name].module.LIGHT}


@pytest.mark.parametrize("incumbent", ["pytorch_onnx", "pytorch", "openvino==2026.1.0", None])
def test_an_incumbent_that_races_itself_or_through_its_family_is_taken(incumbent: str | None) -> None:
    require_incumbent(incumbent, enter("pytorch,openvino==2026.1.0"))


@pytest.mark.parametrize("incumbent", ["pytroch", "tensorflow", "openvino==2026.4.1"])
def test_an_incumbent_that_does_not_race_is_refused(incumbent: str) -> None:
    with pytest.raises(BadInput, match=r"--incumbent .* does not race; (did you mean .*\?)? ?choose from"):
        require_incumbent(incumbent, enter("pytorch,openvino==2026.1.0"))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("TITLE = 'Half'", "does not define VERSION"),
        ("import a_module_that_is_not_there", "fails to import"),
        (
            "TITLE = VERSION = ''\nLIGHT = ACCEPTS = IMPORTS = ()\nPACKAGES = SETTINGS = {}\nload = print",
            "does not say in which precisions",
        ),
    ],
)
def test_a_users_framework_file_that_is_not_whole_is_named(
    code: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "frameworks" / "half.py"
    file.parent.mkdir()
    file.write_text(code)
    monkeypatch.setenv("FRAMEWATT_PLUGINS", str(tmp_path))
    with pytest.raises(BadInput, match=r"half\.py: ") as refused:
        enter()
    assert told in str(refused.value)


def test_a_framework_that_is_entered_twice_is_compared_with_itself_and_not_tuned() -> None:
    choice = Choice(frameworks="onnxruntime,onnxruntime#2,tract", tune=True, most_threads=2)
    entries = enumerate_candidates(choice, "onnx")
    assert [entry.candidate.repeat for entry in entries if entry.plugin.name == "onnxruntime"] == [1, 2]
    assert [entry.equal_budget for entry in entries if entry.plugin.name == "tract"] == [True, False]


@pytest.mark.parametrize(
    ("asked", "lower"),
    [
        ({}, False),
        ({"quality": 0.9}, False),
        ({"labels": "labels.npy", "metric": "accuracy"}, False),
        ({"labels": "labels.npy", "metric": "accuracy", "quality": 0.9}, True),
        ({"labels": "labels.npy", "metric": "accuracy", "quality": 0.9, "precision": "fp32"}, False),
        ({"allow_precision": ("bf16",)}, True),
    ],
)
def test_lower_precision_enters_only_when_allowed_or_when_labels_judge_it(
    asked: dict[str, Any], *, lower: bool
) -> None:
    request = SelectRequest.of(source="example:digits", frameworks="openvino", **asked)
    entries = enumerate_candidates(choice_of(request), "onnx")
    assert ("bf16" in {entry.settings["precision"] for entry in entries}) is lower


@pytest.mark.parametrize(
    ("model_format", "own"), [("tflite", "litert"), ("saved_model", "tensorflow"), ("torchscript", "pytorch")]
)
def test_a_framework_s_own_format_is_in_its_default_set_however_heavy_it_is(
    model_format: str, own: str
) -> None:
    racing = {spec.candidate.framework for spec in enumerate_candidates(Choice(), model_format)}
    assert {own, "onnxruntime"} <= racing
    assert own not in {plugin.name for plugin in left_out(Choice(), model_format)}
    heavy = {"litert", "tensorflow"} & {
        spec.candidate.framework for spec in enumerate_candidates(Choice(), "onnx")
    }
    assert not heavy


def test_frameworks_of_which_none_takes_the_model_are_refused_at_once() -> None:
    with pytest.raises(
        BadInput, match=r"LightGBM takes table; this model is onnx; choose from .*onnxruntime"
    ):
        enumerate_candidates(Choice(frameworks="lightgbm"), "onnx")
