"""What `benchmarks/house.py` counts: each of its figures on a few lines that are known."""

import ast

import pytest

from house import Module, _circles, _reason_to_leave_out, _sibling


def module(source: str, name: str = "race/race.py") -> Module:
    return Module(name, len(source.splitlines()), ast.parse(source))


def test_a_function_is_as_long_as_its_lines_without_its_docstring() -> None:
    source = 'def work(self, a, *, b, **rest):\n    """One.\n\n    Two.\n    """\n    x = a\n    return x\n'
    (function,) = module(source).functions()
    assert (function.lines, function.parameters) == (3, 3)


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("self._meter.start()", 1),
        ("meter.start()", 1),
        ("poller.start()", 0),
        ("meter.stop()", 0),
    ],
)
def test_a_meter_s_start_is_counted_and_no_other(source: str, count: int) -> None:
    assert len(list(module(source).meter_starts())) == count
    assert not list(module(source, "plugins/meters/rapl.py").meter_starts())


def test_mappings_of_any_are_counted_where_they_are_no_edge() -> None:
    source = """
def work(told: dict[str, Any]) -> Mapping[str, int]: ...
def to_json(self) -> dict[str, Any]: ...
def show(document: Json) -> None: ...
"""
    edges = list(module(source).mappings_of_any())
    assert edges == [None, "from_json and to_json", "documents called Json"]
    assert _reason_to_leave_out("race/race.py", None) is None
    assert _reason_to_leave_out("worker/python/x.py", None) == "the worker"


def test_siblings_that_reach_each_other_are_a_circle() -> None:
    assert _sibling("framewatt.race.simulation.field", "framewatt.race") == "framewatt.race.simulation"
    assert _sibling("framewatt.racing", "framewatt.race") is None
    assert _circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [frozenset("bc")]
