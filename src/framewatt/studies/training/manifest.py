"""What is known when a training run begins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt.carbon.basis import carbon_block
from framewatt.config import read_hardware_table
from framewatt.runs.carbon_basis import basis_of, require_score
from framewatt.runs.manifest import FunctionalUnit
from framewatt.studies.inference.study import manifest_of

if TYPE_CHECKING:
    from framewatt.candidates.enumeration import CandidateSpec
    from framewatt.contracts import Meter
    from framewatt.records import Host, Workload
    from framewatt.runs.manifest import Manifest, TrainingBlock
    from framewatt.runs.request import SelectRequest


def training_manifest(  # noqa: PLR0913, PLR0917 - the parts of a study, named once
    request: SelectRequest,
    workload: Workload,
    host: Host,
    meter: Meter,
    entries: list[CandidateSpec],
    training: TrainingBlock,
) -> Manifest:
    """A study's manifest whose unit is one trained model.

    Raises:
        BadInput: an unknown region, or a race for carbon whose scores would be open.
    """
    hardware = read_hardware_table(Path.cwd())
    basis = basis_of(request, hardware)
    require_score(basis, request.race.objective)
    return replace(
        manifest_of(request, workload, host, meter, entries),
        hardware=hardware,
        carbon=carbon_block(basis),
        functional_unit=FunctionalUnit("model", 1.0),
        training=training,
    )
