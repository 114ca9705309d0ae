"""How a run begins, and how an interrupted one is taken up again."""

from __future__ import annotations

import platform
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt import __version__
from framewatt.carbon.basis import carbon_block
from framewatt.config import read_hardware_table
from framewatt.metering.choice import choose_meter
from framewatt.metering.host.clock import busy_frequency
from framewatt.metering.host.inspection import inspect_host
from framewatt.metering.power.build import host_model
from framewatt.runs.carbon_basis import basis_of, require_score
from framewatt.runs.folder import RunFolder
from framewatt.runs.manifest import FunctionalUnit, Manifest, WorkloadLine
from framewatt.trials.blocks import WINDOW_SECONDS
from framewatt.trials.process import MALLOC_SETTINGS
from framewatt.workload.functional_unit import functional_unit
from framewatt.workload.source import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from framewatt.contracts import Meter
    from framewatt.records import Workload
    from framewatt.runs.manifest import CandidateLine, TrainingBlock
    from framewatt.runs.question import Question
    from framewatt.runs.request import SelectRequest


def begin(  # noqa: PLR0913 - what only some studies have, by name
    request: SelectRequest,
    workload: Workload,
    meter: Meter,
    lines: Sequence[CandidateLine],
    *,
    unit: FunctionalUnit | None = None,
    window_seconds: float | None = None,
    training: TrainingBlock | None = None,
    question: Question | None = None,
) -> RunFolder:
    """A new run folder that holds what is known before anything is measured.

    `lines` are those who may come, `unit` is R where the user has no say in it.

    Raises:
        BadInput: an unknown region, or a race for carbon whose scores would be open.
        StoreError: the folder cannot be written.
    """
    hardware = read_hardware_table(Path.cwd())
    basis = basis_of(request, hardware)
    require_score(basis, request.race.objective)
    host = inspect_host()
    manifest = Manifest(
        framewatt_version=__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        command=" ".join(["framewatt", *sys.argv[1:]]),
        stage=workload.stage,
        request=request,
        workload=WorkloadLine(workload.name, workload.kind, workload.format, workload.sha256),
        functional_unit=unit or FunctionalUnit(**functional_unit(request.work.functional_unit)),
        window_seconds=window_seconds or max(WINDOW_SECONDS, meter.minimum_window_seconds),
        host=host,
        python=platform.python_version(),
        worker_environment=MALLOC_SETTINGS,
        meter=meter.description,
        power_model=host_model(host, meter.description.scope, busy_frequency().share),
        candidates=tuple(lines),
        hardware=hardware,
        carbon=carbon_block(basis),
        training=training,
        question=question,
    )
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{workload.name}"
    return RunFolder.create(Path(request.race.runs_dir), name, manifest)


def reopen(path: Path) -> tuple[RunFolder, Workload]:
    """An interrupted run and what it works on.

    Raises:
        BadInput: not a run folder, or the source or the machine has changed since.
    """
    run = RunFolder.open_run(path)
    request = run.manifest.request
    workload = open_source(request.source, request.training.data)
    run.require_same(workload.sha256, inspect_host())
    return run, workload


@contextmanager
def opened_meter(
    request: SelectRequest, run: RunFolder | None = None, *, reserved_cpus: int | None = None
) -> Iterator[Meter]:
    """The meter that was asked for; for an interrupted `run`, the one that it began with.

    `reserved_cpus` are those that the work holds, where all of it holds the same.

    Raises:
        BadInput: it does not work here.
    """
    meter = choose_meter(request.race.meter, inspect_host(), reserved_cpus=reserved_cpus)
    try:
        if run is not None:
            run.require_meter(meter.description)
        yield meter
    finally:
        meter.close()
