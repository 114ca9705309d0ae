"""A candidate's id is its name: read back, it is the candidate again."""

from __future__ import annotations

from itertools import product

import pytest

from framewatt.records import Candidate

PLACES = product(
    ["onnxruntime", "sklearn_linear", "my-own.script"],
    ["1", "2026.4.1", "1.0.0rc1+cpu", "1!2.0-3"],
    ["cpu", "gpu-0"],
    ["python", "c++"],
)
SETTINGS: list[tuple[tuple[str, str], ...]] = [
    (),
    (("threads", "1"),),
    (("threads", "2"), ("precision", "fp32"), ("learning_rate", "0.1")),
    (("flags", "-O3,-march=native"), ("empty", ""), ("bracket", "a[0]"), ("path", "/a@b/c#2")),
    (("layout", "n,c,h,w"), ("threads", "4")),
]


def test_a_parsed_id_is_the_candidate_again() -> None:
    for place, settings, repeat in product(PLACES, SETTINGS, [1, 2, 13]):
        candidate = Candidate(*place, settings, repeat)
        assert Candidate.parse(candidate.id) == candidate
        assert candidate.id.startswith(f"{candidate.release}/")


@pytest.mark.parametrize(
    "text", ["", "onnxruntime", "a@1", "a@1/cpu", "a@1/cpu/python", "a@1/cpu/python[]#0"]
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no candidate"):
        Candidate.parse(text)


def test_a_person_means_a_candidate_by_framework_by_version_or_by_its_id() -> None:
    candidate = Candidate("torch", "2.8", settings=(("threads", "1"),))
    for asked in ("torch", "torch==2.8", candidate.id):
        assert candidate.matches(asked)
    for other in (None, "", "tor", "torch==2", "torch@2.8", "torch@2.8/cpu/python[]"):
        assert not candidate.matches(other)
