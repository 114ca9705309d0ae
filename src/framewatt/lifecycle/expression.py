"""Formulas as data: an expression tree that Python here and a page elsewhere evaluate alike.

A node is one of::

    {"coefficient": name}  {"variable": name}  {"constant": number}
    {"op": "+" | "*", "of": [node, ...]}
    {"op": "-" | "/", "of": [node, node]}
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Node = dict[str, Any]


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


def evaluate(node: Mapping[str, Any], values: Mapping[str, float]) -> float:
    """The value of a tree under `values`, names of coefficients and variables to numbers.

    Raises:
        KeyError: a name without a value.
        ValueError: not a node of the grammar above.
        ZeroDivisionError: a denominator of zero.
    """
    match node:
        case {"constant": number}:
            return float(number)
        case {"coefficient": name} | {"variable": name}:
            return float(values[name])
        case {"op": "+", "of": [*parts]}:
            return math.fsum(evaluate(part, values) for part in parts)
        case {"op": "*", "of": [*parts]}:
            return math.prod(evaluate(part, values) for part in parts)
        case {"op": "-", "of": [first, second]}:
            return evaluate(first, values) - evaluate(second, values)
        case {"op": "/", "of": [first, second]}:
            return evaluate(first, values) / evaluate(second, values)
    raise ValueError(f"not an expression: {dict(node)}")


def names(node: Mapping[str, Any]) -> Iterator[str]:
    """Every coefficient and variable in a tree."""
    for kind in ("coefficient", "variable"):
        if kind in node:
            yield node[kind]
    for part in node.get("of", ()):
        yield from names(part)
