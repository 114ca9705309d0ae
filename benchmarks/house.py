"""How the house stands: the figures that say whether the code can be read, each beside its bound.

    python benchmarks/house.py [--check]

Reads the source alone; with ``--check`` it ends with 1 where a bound is broken. import-linter brings grimp,
which reads the imports.
"""

from __future__ import annotations

import argparse
import ast
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import grimp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BOUNDS = {
    "rooms and wings": 15 + 2,
    "files beside them": 6,
    "layers of the contract": 12,
    "import circles inside rooms": 0,
    "lines of a function, 90th percentile": 20,
    "lines of the longest function": 60,
    "places that start a meter": 1,
    "places that run the pipeline": 1,
    "mappings of Any inside the house": 150,
}
"""The most that each may come to."""

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "src" / "framewatt"
LONG_FILE_LINES = 300
SHOWN = 5

METER_KEEPERS = ("plugins/meters/", "metering/combined.py", "worker/")
"""A meter that is made of meters may start them; a worker has none."""
MAPPING_NAMES = {"dict", "Mapping", "MutableMapping"}
FREE_OF_TYPES = {
    "plug-in contracts": ("contracts.py", "plugins/"),
    "the worker": ("worker/",),
    "bundled tasks": ("workload/bundled/",),
    "templates": ("cli/templates/",),
}
"""Where mappings of Any are what is meant: what frameworks take that we must not import."""
JSON_FUNCTIONS = {"to_json", "from_json"}
FILE_FORMATS = ("config.py", "runs/folder.py")
"""Modules that only read or write a file format: framewatt.toml, a run's JSON lines."""
DOCUMENT = "Json"
"""The house's name for an object of a document (records/plain.py): counted, and left out as an edge."""


def main() -> None:
    """Print every figure, then what breaks its bound."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="end with 1 where a bound is broken")
    options = parser.parse_args()
    modules = [Module.read(path) for path in sorted(HOUSE.rglob("*.py"))]
    figures = measured(modules)
    broken = [name for name, bound in BOUNDS.items() if figures[name] > bound]
    for name, bound in BOUNDS.items():
        print(f"{name:40} {figures[name]:5}   of at most {bound}{'   BROKEN' if name in broken else ''}")
    if options.check and broken:
        sys.exit(1)


def measured(modules: list[Module]) -> dict[str, int]:
    """Each figure that has a bound; what explains it is printed on the way."""
    functions = sorted((f for module in modules for f in module.functions()), key=lambda f: f.lines)
    rooms = sorted(path.name for path in HOUSE.iterdir() if path.is_dir() and path.name != "__pycache__")
    files = sorted(path.name for path in HOUSE.glob("*.py"))
    starts = [place for module in modules for place in module.meter_starts()]
    pipelines = [place for module in modules for place in module.calls_of("run_race")]
    circles = circles_inside_rooms()
    _show("rooms and wings", rooms)
    _show("files beside them", files)
    _show("import circles inside rooms", circles)
    _show("places that start a meter", starts)
    _show("places that run the pipeline", pipelines)
    _show_functions(functions)
    _show(
        f"files over {LONG_FILE_LINES} lines",
        [f"{m.name} ({m.lines})" for m in modules if m.lines > LONG_FILE_LINES],
    )
    return {
        "rooms and wings": len(rooms),
        "files beside them": len(files),
        "layers of the contract": layers(),
        "import circles inside rooms": len(circles),
        "lines of a function, 90th percentile": functions[int(0.9 * len(functions))].lines,
        "lines of the longest function": functions[-1].lines,
        "places that start a meter": len(starts),
        "places that run the pipeline": len(pipelines),
        "mappings of Any inside the house": _mappings_inside(modules),
    }


@dataclass(frozen=True, slots=True)
class Function:
    """A function's length without its docstring, and what it takes."""

    place: str
    lines: int
    parameters: int


@dataclass(frozen=True, slots=True)
class Module:
    """A file of the house and its syntax."""

    name: str
    lines: int
    tree: ast.Module

    @classmethod
    def read(cls, path: Path) -> Module:
        """Parse one file."""
        source = path.read_text()
        return cls(path.relative_to(HOUSE).as_posix(), len(source.splitlines()), ast.parse(source))

    def functions(self) -> Iterator[Function]:
        """All functions, with those inside others and methods."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                place = f"{self.name}:{node.lineno} {node.name}"
                yield Function(place, _lines_without_docstring(node), _parameters(node.args))

    def calls_of(self, function: str) -> Iterator[str]:
        """Where a function is called by this name."""
        for call in self._calls():
            if _last_name(call.func) == function:
                yield f"{self.name}:{call.lineno}"

    def meter_starts(self) -> Iterator[str]:
        """Where ``.start()`` is called on what is named a meter, outside of those that keep meters."""
        if self.name.startswith(METER_KEEPERS):
            return
        for call in self._calls():
            method = call.func
            if not isinstance(method, ast.Attribute) or method.attr != "start":
                continue
            if "meter" in _last_name(method.value).lower():
                yield f"{self.name}:{call.lineno}"

    def mappings_of_any(self) -> Iterator[str | None]:
        """For each ``dict[str, Any]`` or ``Mapping[str, Any]``, the JSON edge that it stands at, if any."""
        yield from _mappings(self.tree, None)

    def _calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


def layers() -> int:
    """Floors of import-linter's layers contract."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    return max(len(contract["layers"]) for contract in contracts if contract["type"] == "layers")


def circles_inside_rooms() -> list[str]:
    """Sets of siblings in one package that import each other in a circle, type-only imports included.

    A sibling stands for all that lies below it; the package's own ``__init__`` is one of them.
    """
    graph = grimp.build_graph("framewatt", exclude_type_checking_imports=False, cache_dir=None)
    packages = [name for name in graph.modules if graph.find_children(name) and name != "framewatt"]
    circles = []
    for package in sorted(packages):
        edges = _edges_among_siblings(graph, package)
        circles += [" ⇄ ".join(sorted(circle)) for circle in _circles(edges)]
    return circles


def _edges_among_siblings(graph: grimp.ImportGraph, package: str) -> dict[str, set[str]]:
    edges: dict[str, set[str]] = {package: set(), **{child: set() for child in graph.find_children(package)}}
    for module in {package} | graph.find_descendants(package):
        for imported in graph.find_modules_directly_imported_by(module):
            ends = _sibling(module, package), _sibling(imported, package)
            if ends[1] is not None and ends[0] != ends[1]:
                edges[str(ends[0])].add(ends[1])
    return edges


def _sibling(module: str, package: str) -> str | None:
    """The child of `package` that `module` lies in, the package itself, or None where it lies outside."""
    if module == package:
        return package
    if not module.startswith(f"{package}."):
        return None
    return f"{package}.{module[len(package) + 1 :].partition('.')[0]}"


def _circles(edges: dict[str, set[str]]) -> list[frozenset[str]]:
    """Sets of more than one node that reach each other."""
    reached = {node: _reachable(node, edges) for node in edges}
    sets = {frozenset(other for other in reached[node] if node in reached[other]) for node in edges}
    return sorted((circle for circle in sets if len(circle) > 1), key=sorted)


def _reachable(start: str, edges: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        fresh = edges[waiting.pop()] - reached
        reached |= fresh
        waiting += fresh
    return reached


def _mappings_inside(modules: Iterable[Module]) -> int:
    """How many mappings of Any remain when those that are meant are left out; both are printed."""
    counts: Counter[str] = Counter()
    for module in modules:
        for edge in module.mappings_of_any():
            counts[_reason_to_leave_out(module.name, edge) or "inside"] += 1
    inside = counts.pop("inside", 0)
    left_out = ", ".join(f"{count} in {reason}" for reason, count in counts.most_common())
    print(f"mappings of Any: {counts.total() + inside}, of which are left out {left_out}")
    return inside


def _reason_to_leave_out(name: str, edge: str | None) -> str | None:
    for reason, places in FREE_OF_TYPES.items():
        if name.startswith(places):
            return reason
    if name in FILE_FORMATS:
        return f"file formats ({', '.join(FILE_FORMATS)})"
    return edge


def _mappings(node: ast.AST, edge: str | None) -> Iterator[str | None]:
    if isinstance(node, ast.FunctionDef) and node.name in JSON_FUNCTIONS:
        edge = "from_json and to_json"
    if isinstance(node, ast.Name) and node.id == DOCUMENT:
        yield f"documents called {DOCUMENT}"
    if isinstance(node, ast.Subscript) and _is_mapping_of_any(node):
        yield edge
    for child in ast.iter_child_nodes(node):
        yield from _mappings(child, edge)


def _is_mapping_of_any(node: ast.Subscript) -> bool:
    inner = node.slice
    return (
        _last_name(node.value) in MAPPING_NAMES
        and isinstance(inner, ast.Tuple)
        and [_last_name(part) for part in inner.elts] == ["str", "Any"]
    )


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _lines_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    docstring = 0
    if ast.get_docstring(node, clean=False) is not None:
        docstring = (first.end_lineno or 0) - first.lineno + 1
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


def _parameters(arguments: ast.arguments) -> int:
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    own = [argument for argument in named if argument.arg not in {"self", "cls"}]
    return len(own) + (arguments.vararg is not None) + (arguments.kwarg is not None)


def _show_functions(functions: list[Function]) -> None:
    """`functions` are in order of their lines."""
    print(
        f"functions: {len(functions)}, half of them of at most {functions[len(functions) // 2].lines} lines"
    )
    _show("the longest", [f"{f.lines} lines: {f.place}" for f in reversed(functions[-SHOWN:])])
    most = max(functions, key=lambda f: f.parameters)
    print(f"longest list of parameters: {most.parameters}, {most.place}")


def _show(title: str, items: list[str]) -> None:
    print(f"{title}: {len(items)}")
    for item in items:
        print(f"    {item}")


if __name__ == "__main__":
    main()
