"""What all scripts on TensorFlow share."""

from __future__ import annotations

import contextlib
from typing import Any


def limit_threads(tf: Any, threads: str) -> None:
    """Hold TensorFlow to a thread budget; it can be told only once in a process."""
    with contextlib.suppress(RuntimeError):  # already set, by an earlier learner of this process
        tf.config.threading.set_intra_op_parallelism_threads(int(threads))
        tf.config.threading.set_inter_op_parallelism_threads(1)
