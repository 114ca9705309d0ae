"""Running blocks: windows are as long as the meter needs, however fast the work turns out to be."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from framewatt.records import Block, Measurement, Phase, Slot, Stage, Usage
from framewatt.trials.blocks import BlockRunner

if TYPE_CHECKING:
    from pathlib import Path

INSTRUMENT = SimpleNamespace(meter=SimpleNamespace(minimum_window_seconds=1.0))


class QuickeningTrial:
    """Says when it is launched that a query takes 10 ms; then queries take 10 ms times `RATE`."""

    RATE = 1.0

    def __init__(self, contestant: Any, number: int, *_: object) -> None:
        self.spec, self.number = contestant, number
        self.worker = SimpleNamespace(peak_memory_bytes=lambda: None)

    def launch(self, *_: object) -> float:
        return 0.01

    def queries_for(self, seconds: float, seconds_per_query: float) -> int:
        return round(seconds / seconds_per_query)

    def window(self, block: int, index: int, queries: int) -> Measurement:
        seconds = queries * 0.01 * self.RATE
        return Measurement(
            stage=Stage.INFERENCE,
            candidate=self.spec.candidate,
            phase=Phase.STEADY,
            trial=self.number,
            block=block,
            window=index,
            started=0.0,
            units=float(queries),
            usage=Usage(seconds, seconds, 0.0),
            joules={},
            invalid=None if seconds >= INSTRUMENT.meter.minimum_window_seconds else "shorter than 1 s",
        )

    def suspend(self) -> None: ...

    def resume(self) -> None: ...

    def close(self) -> None: ...


@pytest.mark.parametrize(("rate", "refused"), [(1.0, 0), (0.9, 0), (0.25, 1)])
def test_a_window_that_is_too_short_for_the_meter_is_repeated_longer_and_those_after_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate: float, refused: int
) -> None:
    monkeypatch.setattr(QuickeningTrial, "RATE", rate)
    found: list[Measurement] = []
    runner = BlockRunner(INSTRUMENT, found.append, tmp_path, QuickeningTrial)  # type: ignore[arg-type] # stand-ins
    contestants: Any = {"a": SimpleNamespace(candidate="a")}
    runner.run(Block(1, (Slot("a", 1, windows=3),)), contestants, set())
    assert [one.window for one in found if not one.invalid] == [0, 1, 2]
    assert len([one for one in found if one.invalid]) == refused
