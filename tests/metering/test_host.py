"""What a machine offers to work that runs inside a container's limits."""

import pytest

from framewatt.candidates.choice import choice_of
from framewatt.errors import BadInput
from framewatt.metering.host.inspection import reservable_cpus
from framewatt.runs.request import SelectRequest


@pytest.mark.parametrize(("quota", "offered"), [(None, 64), (1.5, 2), (2.0, 2), (0.5, 1), (100.0, 64)])
def test_a_container_offers_the_cpus_of_its_quota_and_not_the_machine_s(
    monkeypatch: pytest.MonkeyPatch, quota: float | None, offered: int
) -> None:
    monkeypatch.setattr("framewatt.metering.host.inspection.usable_cpus", lambda: tuple(range(64)))
    monkeypatch.setattr("framewatt.metering.host.inspection.cpu_quota", lambda: quota)
    assert reservable_cpus() == offered
    assert choice_of(SelectRequest.of(source="model.onnx")).most_threads == offered
    with pytest.raises(BadInput, match=f"offers 1 to {offered}"):
        SelectRequest.of(source="model.onnx", threads=offered + 1)
