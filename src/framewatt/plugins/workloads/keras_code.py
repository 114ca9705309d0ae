"""A Python file whose ``build()`` returns a compiled Keras model, to be trained on ``--data``.

The file is the user's own code: it is run (in Keras's environments), and only because its path was typed.
"""

from __future__ import annotations

from framewatt.errors import BadInput
from framewatt.plugins.workloads._python_files import read_python
from framewatt.records import Stage, Workload

TITLE = "Keras model file (model.py with --data)"
TAKES_DATA = True


def claims(source: str) -> bool:
    """Whether the name ends in ``.py``."""
    return source.lower().endswith(".py")


def open_workload(source: str) -> Workload:
    """Check, without running it, that the file defines ``build``.

    Raises:
        BadInput: missing, not Python, or the function is not there.
    """
    file = read_python(source)
    if not file.defines("build"):
        raise BadInput(f"{source}: defines no build(), which returns a compiled keras.Model")
    return Workload(
        name=file.name,
        kind="keras_code",
        format="keras_code",
        path=file.path,
        sha256=file.sha256,
        stage=Stage.TRAINING,
    )
