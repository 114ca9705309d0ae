"""The labels of a user's samples, and the metric that outputs are judged by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from framewatt.discovery import choices
from framewatt.errors import BadInput
from framewatt.workload import metrics
from framewatt.workload.paths import missing

if TYPE_CHECKING:
    from framewatt.records import Workload
    from framewatt.workload.samples import SampleLibrary

_NUMBERS = "biuf"
"""NumPy's kinds of numbers: bool, integers with and without sign, floating point."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The right answers, and the metric that outputs are judged by against them."""

    metric: str
    values: np.ndarray

    def require_one_label_each(self, library: SampleLibrary) -> None:
        """Check that labels and samples go together; a batch may leave up to its size of samples over.

        Raises:
            BadInput: there are more or fewer labels than samples.
        """
        samples = len(library.samples) * library.batch
        if not samples <= len(self.values) < samples + library.batch:
            raise BadInput(f"--labels holds {len(self.values)} labels, but there are {samples} samples")


def labels_of(workload: Workload, path: str | None, metric: str | None) -> Labels | None:
    """The labels and metric that the user named, else those that come with the workload; None without any.

    Raises:
        BadInput: the labels cannot be read, or no metric is named.
    """
    file = Path(path) if path else workload.labels
    metric = metric or workload.metric
    if file is None:
        return None
    if metric is None:
        raise BadInput(f"--labels {file} needs --metric ({', '.join(metrics.METRICS)})")
    if metric not in metrics.METRICS:
        raise BadInput(f"--metric {metric!r} is unknown{choices(metric, metrics.METRICS)}")
    if not file.is_file():
        raise BadInput(f"--labels {missing(str(file))}")
    try:
        with file.open("rb") as stream:
            values = np.lib.format.read_array(stream, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise BadInput(f"--labels {file}: not a readable .npy file ({error})") from None
    if values.dtype.kind not in _NUMBERS:
        raise BadInput(f"--labels {file}: holds {values.dtype}; labels are numbers, such as those of classes")
    return Labels(metric, np.atleast_1d(values))
