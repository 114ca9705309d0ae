"""`framewatt.load` and `framewatt.resume`: a run that is there already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from framewatt.api.explaining import explained
from framewatt.api.selection import Selection
from framewatt.api.watching import watched
from framewatt.errors import BadInput
from framewatt.runs.folder import RunFolder
from framewatt.runs.listing import find_run
from framewatt.runs.request import CarbonOptions
from framewatt.studies.report import restate_studies
from framewatt.studies.select import finish

if TYPE_CHECKING:
    from os import PathLike

    from framewatt.api.watching import Watching


@explained
def load(  # noqa: PLR0913 - what can be stated anew
    run: str | PathLike[str] = "latest",
    *,
    region: str | None = None,
    intensity: str | float | None = None,
    pue: str | float | None = None,
    network_energy: str | float | None = None,
    view: Literal["attributional", "consequential"] | None = None,
    runs_dir: str | PathLike[str] = "framewatt-runs",
) -> Selection:
    """What `select` gave back for a run: its folder, its name in `runs_dir`, or ``"latest"``.

    Nothing is measured; what is stated anew about carbon replaces what the run began with.

    Raises:
        BadInput: no such run, one of commands, or an impossible figure.
    """
    path = find_run(Path(run), Path(runs_dir))
    if RunFolder.open_run(path).manifest.question is not None:
        raise BadInput(f"{path}: a comparison of commands; read it with: framewatt report {path}")
    carbon = CarbonOptions(region, intensity, pue, network_energy)  # type: ignore[arg-type] # it reads texts
    return Selection.of(restate_studies(path, carbon, view))


def resume(
    run: str | PathLike[str] = "latest",
    *,
    runs_dir: str | PathLike[str] = "framewatt-runs",
    progress: Watching = None,
) -> Selection:
    """Go on with an interrupted run and give back its decision, as `select` would have.

    `run` is its folder, its name in `runs_dir`, or ``"latest"``. `progress` is shown in terminals and
    notebooks; False shows none.

    Raises:
        BadInput: not a run folder, or the source, the machine or the meter has changed since.
        StoreError: another process is writing the run.
    """
    with watched(progress) as watcher:
        return Selection.of(finish(find_run(Path(run), Path(runs_dir)), watcher))
