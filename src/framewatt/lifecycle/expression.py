"""Formulas as data: an expression tree that Python here and a page elsewhere evaluate alike.

A node is one of::

    {"coefficient": name}  {"variable": name}  {"constant": number}
    {"op": "+" | "*", "of": [node, ...]}
    {"op": "-" | "/", "of": [node, node]}
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypedDict, final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@final
class Coefficient(TypedDict):
    """A figure of one candidate."""

    coefficient: str


@final
class Variable(TypedDict):
    """A figure that the reader chooses."""

    variable: str


@final
class Constant(TypedDict):
    """A number."""

    constant: float


@final
class Operation(TypedDict):
    """What is done to the values of other nodes."""

    op: str
    of: list[Node]


Node = Coefficient | Variable | Constant | Operation


def coefficient(name: str) -> Node:
    """A figure of one candidate."""
    return {"coefficient": name}


def variable(name: str) -> Node:
    """A figure that the reader chooses."""
    return {"variable": name}


def total(*terms: Node) -> Node:
    """The sum of terms."""
    return {"op": "+", "of": list(terms)}


def product(*factors: Node) -> Node:
    """The product of factors."""
    return {"op": "*", "of": list(factors)}


def difference(minuend: Node, subtrahend: Node) -> Node:
    """One less the other."""
    return {"op": "-", "of": [minuend, subtrahend]}


def quotient(numerator: Node, denominator: Node) -> Node:
    """One over the other."""
    return {"op": "/", "of": [numerator, denominator]}


def evaluate(node: Node, values: Mapping[str, float]) -> float:
    """The value of a tree under `values`, names of coefficients and variables to numbers.

    Raises:
        KeyError: a name without a value.
        ValueError: not a node of the grammar above.
        ZeroDivisionError: a denominator of zero.
    """
    if "constant" in node:
        return float(node["constant"])
    if "coefficient" in node:
        return float(values[node["coefficient"]])
    if "variable" in node:
        return float(values[node["variable"]])
    if "op" in node:
        return _compute(node["op"], [evaluate(part, values) for part in node["of"]])
    raise ValueError(f"not an expression: {node}")


def _compute(operation: str, parts: Sequence[float]) -> float:
    match operation, parts:
        case "+", _:
            return math.fsum(parts)
        case "*", _:
            return math.prod(parts)
        case "-", [first, second]:
            return first - second
        case "/", [first, second]:
            return first / second
    raise ValueError(f"not an expression: {operation!r} of {len(parts)}")


def names(node: Node) -> Iterator[str]:
    """Every coefficient and variable in a tree."""
    if "coefficient" in node:
        yield node["coefficient"]
    if "variable" in node:
        yield node["variable"]
    if "of" in node:
        for part in node["of"]:
            yield from names(part)
