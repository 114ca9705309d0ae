"""How long a worker warms up: as long as it is asked to, whatever the library and the framework's pace."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import pytest

from framewatt.worker.python.framewatt_worker import operations
from framewatt.worker.python.framewatt_worker.operations import Operations

LIBRARY = 100


def warmed(seconds_a_query: float, monkeypatch: pytest.MonkeyPatch, **request: object) -> tuple[int, float]:
    """Queries run and their pace, where a query takes so long on a clock of its own."""
    now = [0.0]

    def run(_feed: object) -> None:
        now[0] += seconds_a_query

    clock = SimpleNamespace(perf_counter=lambda: now[0], perf_counter_ns=lambda: int(now[0] * 1e9))
    monkeypatch.setattr(operations, "time", clock)
    worker = Operations(ModuleType("framework"))
    worker._session = SimpleNamespace(run=run)
    worker._samples = [{}] * LIBRARY
    answer = worker.op_warmup({"seconds": 0.5, **request})
    return answer["queries"], answer["seconds_per_query"]


def test_where_all_samples_are_alike_a_slow_framework_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    queries, pace = warmed(0.25, monkeypatch, whole=False)
    assert queries == 2
    assert pace == pytest.approx(0.25)


def test_a_quick_one_is_paced_over_many_queries_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    queries, pace = warmed(1e-5, monkeypatch, whole=False)
    assert 50_000 <= queries < 60_000
    assert pace == pytest.approx(1e-5)


def test_where_shapes_differ_every_one_is_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    queries, _ = warmed(0.25, monkeypatch)
    assert queries == LIBRARY
