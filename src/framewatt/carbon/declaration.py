"""A boundary as people declare it, in a TOML file or on the command line, to a `Boundary`: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from framewatt.carbon import sci
from framewatt.carbon.boundary import Boundary, Component
from framewatt.carbon.hardware import hardware_of_instance
from framewatt.carbon.interval import product
from framewatt.errors import BadInput
from framewatt.quantities import parse_count, parse_quantity
from framewatt.records import Quantity, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from framewatt.carbon.hardware import Hardware
    from framewatt.records import GridIntensity

COMPONENT_KEYS = (
    *("name", "count", "energy", "power", "time", "pue"),
    *("embodied", "instance", "lifespan", "reserved", "share", "source"),
)
TOP_KEYS = ("component", "units", "intensity", "intensity_kind", "region", "time", "pue")

_REFUSED = {
    **dict.fromkeys(("offset", "offsets", "credit", "credits"), "carbon offsets"),
    **dict.fromkeys(("rec", "recs", "eac", "eacs"), "energy attribute certificates"),
    **dict.fromkeys(("ppa", "ppas"), "power purchase agreements"),
    **dict.fromkeys(("market_based", "residual_mix"), "market-based measures"),
}


def refuse_neutralisation(keys: Mapping[str, Any]) -> None:
    """Refuse offsets, RECs, PPAs and their like with the specification's reason.

    Raises:
        BadInput: such a key is there.
    """
    for key in keys:
        if what := _REFUSED.get(key.lower().replace("-", "_")):
            raise BadInput(
                f"{key}: {what} never reduce an SCI score; the specification counts only what eliminates "
                "emissions (less energy, less hardware, cleaner hours and places), not what neutralises them"
            )


def boundary_from(declared: Mapping[str, Any], intensity: GridIntensity | None) -> Boundary:
    """The boundary that a mapping declares; its keys are those of the TOML file (docs/carbon.md).

    Raises:
        BadInput: an unknown key, a missing R, no component, or a figure that cannot be.
    """
    refuse_neutralisation(declared)
    _check(declared, TOP_KEYS, "the boundary")
    if "units" not in declared:
        raise BadInput("R is missing: say what is counted and how much of it, units = '1000 request'")
    components = declared.get("component", [])
    if not isinstance(components, list) or not components:
        raise BadInput("no component: declare at least one [[component]] with its energy, or power and time")
    defaults = {key: declared[key] for key in ("time", "pue") if key in declared}
    return Boundary(
        components=tuple(_component(defaults | item, number) for number, item in enumerate(components, 1)),
        units=parse_count(str(declared["units"]), "units"),
        intensity=intensity,
        warnings=intensity.warnings if intensity else (),
    )


def _component(item: Mapping[str, Any], number: int) -> Component:
    name = str(item.get("name", f"component {number}"))
    refuse_neutralisation(item)
    _check(item, COMPONENT_KEYS, name)
    hardware = hardware_of_instance(str(item["instance"])) if "instance" in item else None
    pue = _pue(item, name)
    return Component(
        name=name,
        energy=_energy(item, name),
        pue=pue,
        total_embodied=_hardware_figure(item, "embodied", "gCO2eq", name, hardware),
        lifespan=_hardware_figure(item, "lifespan", "h", name, hardware),
        reserved=_reserved(item, name),
        resource_share=_share(item, name, hardware),
        count=_count(item, name),
        source=str(item.get("source", hardware.source if hardware else "declared by the user")),
    )


def _energy(item: Mapping[str, Any], name: str) -> Quantity:
    if "energy" in item:
        if "power" in item:
            raise BadInput(f"{name}: give either energy, or power and time, not both")
        found = parse_quantity(item["energy"], sci.KWH, f"{name}: energy")
    elif "power" in item and "time" in item:
        power = parse_quantity(item["power"], "kW", f"{name}: power")
        found = product(sci.KWH, power, parse_quantity(item["time"], "h", f"{name}: time"))
    else:
        raise BadInput(f"{name}: give its energy (energy = '0.33 kWh'), or its power and time")
    return Quantity(
        found.value, sci.KWH, found.provenance, found.low, found.high, scope=Scope.WALL, reason=found.reason
    )


def _pue(item: Mapping[str, Any], name: str) -> Quantity:
    if "pue" not in item:
        return sci.not_applicable_pue()
    pue = parse_quantity(item["pue"], "1", f"{name}: pue")
    sci.check_pue(pue)
    return pue


def _hardware_figure(
    item: Mapping[str, Any], key: str, unit: str, name: str, hardware: Hardware | None
) -> Quantity:
    if key in item:
        return parse_quantity(item[key], unit, f"{name}: {key}")
    if hardware:
        return hardware.total if key == "embodied" else hardware.lifespan_hours
    return Quantity.unknown(unit, f"no {key} was declared for {name}")


def _reserved(item: Mapping[str, Any], name: str) -> Quantity:
    for key in ("reserved", "time"):
        if key in item:
            return parse_quantity(item[key], "h", f"{name}: {key}")
    return Quantity.unknown("h", f"no reserved time was declared for {name}")


def _share(item: Mapping[str, Any], name: str, hardware: Hardware | None) -> Quantity:
    if "share" in item:
        share = parse_quantity(item["share"], "1", f"{name}: share")
        sci.check_share(share)
        return share
    if hardware:
        return hardware.reserved_share
    return Quantity.unknown("1", f"no resource share was declared for {name}")


def _count(item: Mapping[str, Any], name: str) -> float:
    count = parse_quantity(item.get("count", 1), "1", f"{name}: count").value
    if not count:
        raise BadInput(f"{name}: count must be above 0")
    return count


def _check(given: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    if unknown := [key for key in given if key not in known]:
        raise BadInput(f"{where}: {unknown[0]!r} is not a key; known: {', '.join(known)}")
