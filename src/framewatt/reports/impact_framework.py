"""An Impact Framework manifest (Green Software Foundation, IF 1.x) that computes a disclosed score again.

IF's built-in plug-ins do the arithmetic: Multiply for PUE and O, SciEmbodied for M, Sum, and Sci per R.
``sci`` is summed over components; one time step is exported, since IF averages it over time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.carbon.disclosure.schema import DisclosedComponent, Disclosure
    from framewatt.records import Quantity

    Plugins = dict[str, dict[str, object]]


R = "functional-units"
"""The input that holds R; Sci's own key ``functional-unit`` names it."""

_SECONDS_PER_HOUR = 3600.0
_START = "2025-01-01T00:00:00.000Z"
"""A manifest's time step needs a date; nothing is computed from it."""


def manifest(disclosure: Disclosure) -> dict[str, object]:
    """One boundary; after ``if-run``, ``tree.aggregated.sci`` is the score.

    Raises:
        BadInput: a part of the score is open: a manifest computes the whole score or none.
    """
    plugins = _shared_plugins()
    children = {}
    for number, item in enumerate(disclosure.components, 1):
        plugins |= _embodied_plugin(item, f"embodied-{number}")
        children[f"{number}: {item.name}"] = _node(item, disclosure, f"embodied-{number}")
    document = _document(disclosure.software, disclosure.calculation, plugins, children)
    document["aggregation"] = {"metrics": ["sci"], "type": "component"}
    return document


def alternatives(name: str, disclosures: Mapping[str, Disclosure]) -> dict[str, object]:
    """Several candidates side by side, each child with its own ``sci``; alternatives are never added up.

    Raises:
        BadInput: a part of a score is open.
    """
    plugins = _shared_plugins()
    children = {}
    for number, (key, disclosure) in enumerate(disclosures.items(), 1):
        item = disclosure.components[0]
        plugins |= _embodied_plugin(item, f"embodied-{number}")
        children[key] = _node(item, disclosure, f"embodied-{number}")
    sentences = ["Each child is one candidate for the same work; their scores are compared, not added."]
    return _document(name, sentences, plugins, children)


def to_yaml(document: Mapping[str, object]) -> str:
    """The manifest as YAML, in its own order."""
    import yaml  # noqa: PLC0415 - only this export needs it

    text: str = yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=100)
    return text


def _document(
    name: str, sentences: Sequence[str], plugins: Plugins, children: Mapping[str, object]
) -> dict[str, object]:
    return {
        "name": name,
        "description": " ".join(sentences),
        "initialize": {"plugins": plugins},
        "tree": {"children": children},
    }


def _plugin(method: str, **config: object) -> dict[str, object]:
    dashed = {key.replace("_", "-"): value for key, value in config.items()}
    return {"path": "builtin", "method": method, "config": dashed}


def _shared_plugins() -> Plugins:
    operational = ["energy", "grid/carbon-intensity"]
    parts = ["carbon-operational", "carbon-embodied"]
    return {
        "facility": _plugin("Multiply", input_parameters=["energy-it", "pue"], output_parameter="energy"),
        "operational": _plugin(
            "Multiply", input_parameters=operational, output_parameter="carbon-operational"
        ),
        "carbon": _plugin("Sum", input_parameters=parts, output_parameter="carbon"),
        "sci": _plugin("Sci", functional_unit=R),
    }


def _embodied_plugin(item: DisclosedComponent, name: str) -> Plugins:
    """SciEmbodied with our TE as its baseline server, so that IF adds no parts of its own."""
    config = {
        "baseline_vcpus": 1,
        "baseline_memory": 16,
        "baseline_emissions": _known(item.total_embodied, "M") * item.count,
        "lifespan": _known(item.lifespan, "M") * _SECONDS_PER_HOUR,
        "output_parameter": "carbon-embodied",
    }
    return {name: _plugin("SciEmbodied", **config)}


def _node(item: DisclosedComponent, disclosure: Disclosure, embodied: str) -> dict[str, object]:
    reserved = _known(item.reserved, "M") * _SECONDS_PER_HOUR
    step = {
        "timestamp": _START,
        "duration": max(1, round(reserved)),
        "energy-it": _known(item.energy, "E") * item.count,
        "pue": _known(item.pue, "PUE"),
        "grid/carbon-intensity": _known(disclosure.intensity.quantity, "I"),
        "vCPUs": 1,
        "memory": 16,
        "usage-ratio": _known(item.resource_share, "M"),
        "time": reserved,
        R: _known(disclosure.functional_unit.count, "R"),
    }
    return {"pipeline": {"compute": ["facility", "operational", embodied, "carbon", "sci"]}, "inputs": [step]}


def _known(quantity: Quantity, part: str) -> float:
    if quantity.value is None:
        raise BadInput(f"no manifest can compute an open score; {part}: {quantity.reason}")
    return float(quantity.value)
