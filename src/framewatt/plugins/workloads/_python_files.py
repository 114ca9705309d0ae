"""What is known of a user's Python file without running it."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.workload.paths import existing_file

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class PythonFile:
    """A parsed file; nothing of it has been run."""

    path: Path
    tree: ast.Module
    sha256: str

    @property
    def name(self) -> str:
        """What a study of it is called: the folder's name for a file that is only called ``model.py``."""
        return self.path.parent.name if self.path.stem == "model" else self.path.stem

    def defines(self, function: str) -> bool:
        """Whether there is such a function at module level."""
        return any(isinstance(node, ast.FunctionDef) and node.name == function for node in self.tree.body)

    def imports(self, package: str) -> bool:
        """Whether any line imports it or something in it."""
        named = [node.names for node in ast.walk(self.tree) if isinstance(node, ast.Import)]
        modules = [alias.name for names in named for alias in names]
        modules += [node.module or "" for node in ast.walk(self.tree) if isinstance(node, ast.ImportFrom)]
        return any(module.partition(".")[0] == package for module in modules)


def read_python(source: str) -> PythonFile:
    """Parse the file that the user typed.

    Raises:
        BadInput: it is missing or no Python.
    """
    path = existing_file(source)
    content = path.read_bytes()
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError) as error:
        raise BadInput(f"{source}: not a Python file: {error}") from None
    return PythonFile(path, tree, hashlib.sha256(content).hexdigest())
