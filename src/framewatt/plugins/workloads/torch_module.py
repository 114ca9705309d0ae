"""A Python file whose ``build()`` returns a ``torch.nn.Module``, with example ``inputs()``.

The file is the user's own code: it is run (in PyTorch's environment), and only because its path was typed.
"""

from __future__ import annotations

from framewatt.errors import BadInput
from framewatt.plugins.workloads._python_files import read_python
from framewatt.records import Workload

TITLE = "PyTorch model file"


def claims(source: str) -> bool:
    """Whether the name ends in ``.py``."""
    return source.lower().endswith(".py")


def open_workload(source: str) -> Workload:
    """Check, without running it, that the file defines ``build`` and ``inputs``.

    Raises:
        BadInput: missing, not Python, one of the two functions is not there, or it builds with Keras.
    """
    file = read_python(source)
    if file.imports("keras"):
        raise BadInput(
            f"{source}: builds with Keras: train it with `framewatt select {source} --data data.npz`, or run "
            "what model.save('model.keras') wrote with `framewatt select model.keras`"
        )
    for name, purpose in (("build", "returns a torch.nn.Module"), ("inputs", "returns example inputs")):
        if not file.defines(name):
            raise BadInput(f"{source}: defines no {name}(), which {purpose}")
    return Workload(name=file.name, kind="torch_module", format="torch", path=file.path, sha256=file.sha256)
