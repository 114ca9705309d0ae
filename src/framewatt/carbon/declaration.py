"""A boundary as people declare it, in a TOML file or on the command line, to a `Boundary`: pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from framewatt.carbon import sci
from framewatt.carbon.boundary import Boundary, Component
from framewatt.carbon.hardware import hardware_of_instance
from framewatt.errors import BadInput
from framewatt.records import IntensityKind, Quantity, Scope
from framewatt.records.arithmetic import product
from framewatt.records.parsing import parse_count, parse_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from framewatt.records import GridIntensity

    Written = str | float
    """A figure as people write it."""

COMPONENT_KEYS = (
    *("name", "count", "energy", "power", "time", "pue"),
    *("embodied", "instance", "lifespan", "reserved", "share", "energy_source", "embodied_source"),
)
TOP_KEYS = ("component", "units", "intensity", "intensity_kind", "region", "time", "pue")

_REFUSED = {
    **dict.fromkeys(("offset", "offsets", "credit", "credits"), "carbon offsets"),
    **dict.fromkeys(("rec", "recs", "eac", "eacs"), "energy attribute certificates"),
    **dict.fromkeys(("ppa", "ppas"), "power purchase agreements"),
    **dict.fromkeys(("market_based", "residual_mix"), "market-based measures"),
}
_DECLARED = "declared by the user"
_WORDS = {
    "embodied": "embodied emissions",
    "lifespan": "lifespan",
    "reserved": "reserved time",
    "share": "reserved share",
}


def refuse_neutralisation(keys: Iterable[str]) -> None:
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


@dataclass(frozen=True, slots=True)
class Declaration:
    """A boundary as it is written; `time` and `pue` are for the components without their own."""

    components: tuple[Mapping[str, Written], ...]
    units: str
    intensity: Written | None = None
    intensity_kind: str = "average"
    region: str | None = None
    time: Written | None = None
    pue: Written | None = None

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Self:
        """The tables of a TOML file, or options in their form (docs/carbon.md).

        Raises:
            BadInput: an unknown key, a missing R, or no component.
        """
        refuse_neutralisation(table)
        _check(table, TOP_KEYS, "the boundary")
        if "units" not in table:
            raise BadInput("R is missing: say what is counted and how much of it, units = '1000 request'")
        components = table.get("component", [])
        tables = isinstance(components, list) and all(isinstance(item, dict) for item in components)
        if not components or not tables:
            raise BadInput(
                "no component: declare at least one [[component]] with its energy, or power and time"
            )
        stated = {key: value for key, value in table.items() if key not in {"component", "units"}}
        return cls(components=tuple(components), units=str(table["units"]), **stated)

    def items(self) -> list[dict[str, Written]]:
        """The components, each with the time and PUE that it takes from the whole."""
        common = {"time": self.time, "pue": self.pue}
        defaults = {key: value for key, value in common.items() if value is not None}
        return [{**defaults, **item} for item in self.components]


def boundary_from(declared: Declaration, intensity: GridIntensity | None) -> Boundary:
    """The boundary that was declared.

    Raises:
        BadInput: an unknown key of a component, or a figure that cannot be.
    """
    there = intensity.pue if intensity else None
    return Boundary(
        components=tuple(_component(item, number, there) for number, item in enumerate(declared.items(), 1)),
        units=parse_count(declared.units, "units"),
        intensity=intensity,
        warnings=(*intensity.warnings, *_mixed(intensity)) if intensity else (),
    )


def _mixed(intensity: GridIntensity) -> tuple[str, ...]:
    """SCI permits a marginal intensity; beside an attributional energy and M it must be said."""
    if intensity.kind is IntensityKind.AVERAGE:
        return ()
    return (
        "a marginal intensity meets all of the declared energy, and M: compare only with the same method",
    )


def _component(item: Mapping[str, Written], number: int, facility: Quantity | None) -> Component:
    name = str(item.get("name", f"component {number}"))
    refuse_neutralisation(item)
    _check(item, COMPONENT_KEYS, name)
    hardware = hardware_of_instance(str(item["instance"])) if "instance" in item else None
    share = _hardware_figure(item, ("share",), "1", hardware.reserved_share if hardware else None)
    sci.check_share(share)
    return Component(
        name=name,
        energy=_energy(item, name),
        pue=_pue(item, name, facility),
        total_embodied=_hardware_figure(item, ("embodied",), "gCO2eq", hardware.total if hardware else None),
        lifespan=_hardware_figure(item, ("lifespan",), "h", hardware.lifespan_hours if hardware else None),
        reserved=_hardware_figure(item, ("reserved", "time"), "h", None),
        resource_share=share,
        count=_count(item, name),
        energy_source=str(item.get("energy_source", _DECLARED)),
        embodied_source=str(item.get("embodied_source", hardware.source if hardware else _DECLARED)),
    )


def _energy(item: Mapping[str, Written], name: str) -> Quantity:
    if "energy" in item:
        if "power" in item:
            raise BadInput(f"{name}: give either energy, or power and time, not both")
        energy = parse_quantity(item["energy"], sci.KWH, f"{name}: energy")
    elif "power" in item and "time" in item:
        power = parse_quantity(item["power"], "kW", f"{name}: power")
        energy = product(sci.KWH, power, parse_quantity(item["time"], "h", f"{name}: time"))
    else:
        raise BadInput(f"{name}: give its energy (energy = '0.33 kWh'), or its power and time")
    return replace(energy, scope=Scope.WALL)


def _pue(item: Mapping[str, Written], name: str, facility: Quantity | None) -> Quantity:
    """A stated PUE, else what the region's operator publishes, else none is applied."""
    if "pue" not in item:
        return facility or sci.not_applicable_pue()
    pue = parse_quantity(item["pue"], "1", f"{name}: pue")
    sci.check_pue(pue)
    return pue


def _hardware_figure(
    item: Mapping[str, Written], keys: tuple[str, ...], unit: str, known: Quantity | None
) -> Quantity:
    """A stated figure (the first of `keys`), else the known machine's, else unknown with the reason."""
    for key in keys:
        if key in item:
            return parse_quantity(item[key], unit, key)
    if known is not None:
        return known
    described = "embodied" in item or "instance" in item
    missing = f"no {_WORDS[keys[0]]}" if described else "no embodied emissions"
    return Quantity.unknown(unit, f"{missing} declared for {item.get('name', 'a component')}")


def _count(item: Mapping[str, Written], name: str) -> float:
    count = parse_quantity(item.get("count", 1), "1", f"{name}: count").value
    if not count:
        raise BadInput(f"{name}: count must be above 0")
    return count


def _check(given: Iterable[str], known: tuple[str, ...], where: str) -> None:
    if unknown := [key for key in given if key not in known]:
        raise BadInput(f"{where}: {unknown[0]!r} is not a key; known: {', '.join(known)}")
