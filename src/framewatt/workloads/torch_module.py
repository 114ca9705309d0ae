"""A Python file whose ``build()`` returns a ``torch.nn.Module``, with example ``inputs()``.

The file is the user's own code: it is run (in PyTorch's environment), and only because its path was typed.
"""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path

from framewatt.errors import BadInput
from framewatt.records import Workload

TITLE = "PyTorch model file"


def claims(source: str) -> bool:
    """Whether the name ends in ``.py``."""
    return source.lower().endswith(".py")


def open_workload(source: str) -> Workload:
    """Check, without running it, that the file defines ``build`` and ``inputs``.

    Raises:
        BadInput: missing, not Python, or one of the two functions is not there.
    """
    path = Path(source).expanduser().resolve()
    if not path.is_file():
        raise BadInput(f"{source}: no such file")
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError) as error:
        raise BadInput(f"{source}: not a Python file: {error}") from None
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for name, purpose in (("build", "returns a torch.nn.Module"), ("inputs", "returns example inputs")):
        if name not in defined:
            raise BadInput(f"{source}: defines no {name}(), which {purpose}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    name = path.parent.name if path.stem == "model" else path.stem
    return Workload(name=name, kind="torch_module", format="torch", path=path, sha256=digest)
