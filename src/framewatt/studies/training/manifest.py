"""What is known when a training run begins."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from framewatt.carbon.basis import carbon_block
from framewatt.config import read_hardware_table
from framewatt.runs.carbon_basis import basis_of, require_score
from framewatt.studies.inference.study import manifest_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.candidates.enumeration import CandidateSpec
    from framewatt.contracts import Meter
    from framewatt.records import Host, Workload
    from framewatt.runs.request import SelectRequest


def training_manifest(  # noqa: PLR0913, PLR0917 - the parts of a study, named once
    request: SelectRequest,
    workload: Workload,
    host: Host,
    meter: Meter,
    entries: list[CandidateSpec],
    described: Mapping[str, Any],
) -> dict[str, Any]:
    """A study's manifest whose unit is one trained model; `described` is what is learnt from what.

    Raises:
        BadInput: an unknown region, or a race for carbon whose scores would be open.
    """
    hardware = read_hardware_table(Path.cwd())
    basis = basis_of(request, hardware)
    require_score(basis, request.objective)
    return {
        **manifest_of(request, workload, host, meter, entries),
        "hardware": hardware,
        "carbon": carbon_block(basis),
        "functional_unit": {"name": "model", "samples": 1.0},
        "training": dict(described),
    }
