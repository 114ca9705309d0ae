"""The machine whose embodied emissions are charged: declared, added up, or an instance's server."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from framewatt.carbon.sci import check_lifespan, check_share
from framewatt.errors import BadInput
from framewatt.records import Provenance, Quantity
from framewatt.records.arithmetic import total
from framewatt.records.parsing import parse_quantity
from framewatt.records.units import HOURS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_KEYS = ("instance", "embodied", "components", "lifespan", "reserved_share", "description", "source")
_CCF = "Cloud Carbon Footprint's component model"
_NO_SHARE = "no reserved share is known: declare reserved_share in [hardware]"

BASE_SERVER = 1000e3
"""gCO2eq: a rack server with one CPU and 16 GB (Cloud Carbon Footprint, after Dell's R740 assessment)."""
_PER_PIECE = {"cpus": 100e3, "gpus": 150e3, "ssds": 100e3, "hdds": 50e3}
_MEMORY_PER_GB = 533e3 / 384
_BASE_MEMORY_GB = 16.0


@dataclass(frozen=True, slots=True)
class Hardware:
    """TE (gCO2eq, low-high), EL (hours) and the part of the machine that is reserved (RS, before sharing)."""

    total: Quantity
    lifespan_hours: Quantity
    reserved_share: Quantity
    description: str
    source: str


def hardware_from_table(table: Mapping[str, Any]) -> Hardware:
    """The ``[hardware]`` table of framewatt.toml.

    Keys: ``instance = "m5.large"`` (AWS), or ``embodied = "1000..1500 kg"``, or ``components = {cpus = 2,
    memory = "64 GB", ssds = 1, gpus = 0, accelerators = ["T4"]}``; ``lifespan = "4 years"``;
    ``reserved_share = "1/8"``; ``description`` and ``source`` for the report.

    Raises:
        BadInput: an unknown key, two ways at once or none, an unknown instance, an impossible figure.
    """
    _check_keys("hardware", table, _KEYS)
    makers: dict[str, Callable[[Any], Hardware]] = {
        "instance": hardware_of_instance,
        "embodied": _declared,
        "components": hardware_of_components,
    }
    ways = [name for name in makers if name in table]
    if len(ways) != 1:
        raise BadInput("[hardware]: give exactly one of instance, embodied and components")
    machine = makers[ways[0]](table[ways[0]])
    lifespan, share = machine.lifespan_hours, machine.reserved_share
    if "lifespan" in table:
        lifespan = parse_quantity(table["lifespan"], "h", "[hardware] lifespan")
        check_lifespan(lifespan)
    if "reserved_share" in table:
        share = parse_quantity(table["reserved_share"], "1", "[hardware] reserved_share")
        check_share(share)
    return Hardware(
        machine.total,
        lifespan,
        share,
        str(table.get("description", machine.description)),
        str(table.get("source", machine.source)),
    )


def hardware_of_instance(name: str) -> Hardware:
    """The server behind an AWS instance type, with RS = vCPUs of the instance over vCPUs of its server.

    Source: Teads' AWS data set through Cloud Carbon Footprint (data/SOURCES.md). No interval is published.

    Raises:
        BadInput: an unknown instance type, with the nearest names.
    """
    rows = {row["instance"]: row for row in _table("aws_instance")}
    if name not in rows:
        close = get_close_matches(name, rows, n=3, cutoff=0.6)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise BadInput(
            f"unknown AWS instance {name!r}{hint}; for another provider declare embodied and reserved_share"
        )
    row = rows[name]
    return Hardware(
        total=_published(row["embodied_kgco2eq_per_server"], 1e3, "gCO2eq", f"no embodied figure for {name}"),
        lifespan_hours=default_lifespan(),
        reserved_share=_vcpu_share(row),
        description=f"AWS {name}: {row['vcpus']} of {row['server_vcpus'] or '?'} vCPUs of its server",
        source="Teads AWS data set through Cloud Carbon Footprint",
    )


def hardware_of_components(parts: Mapping[str, Any]) -> Hardware:
    """A server added up from its parts: a base server, further CPUs, memory, disks and accelerators.

    Source: Cloud Carbon Footprint's model (base 1000 kg; each further CPU 100, GPU 150, SSD 100, HDD 50 kg;
    DRAM 533/384 kg per GB beyond 16 GB). Named accelerators come from published figures, low-high.
    """
    _check_keys("hardware.components", parts, (*_PER_PIECE, "memory", "accelerators"))
    counts = {name: _count(parts.get(name, 1 if name == "cpus" else 0), name) for name in _PER_PIECE}
    counts["cpus"] = max(0, counts["cpus"] - 1)
    memory = parse_quantity(parts.get("memory", "16 GB"), "GB", "[hardware] memory").value or 0.0
    grams = BASE_SERVER + max(0.0, memory - _BASE_MEMORY_GB) * _MEMORY_PER_GB
    grams += sum(_PER_PIECE[name] * count for name, count in counts.items())
    server = Quantity(grams, "gCO2eq", Provenance.PUBLISHED)
    named = [accelerator(name) for name in parts.get("accelerators", ())]
    return Hardware(
        total=total("gCO2eq", server, *named) if named else server,
        lifespan_hours=default_lifespan(),
        reserved_share=Quantity.unknown("1", _NO_SHARE),
        description="server of " + ", ".join(f"{key} {value}" for key, value in parts.items()),
        source=_CCF + (" and published figures per accelerator" if named else ""),
    )


def accelerator(name: str) -> Quantity:
    """Embodied gCO2eq of one accelerator card; published figures disagree, so both ends are carried.

    Raises:
        BadInput: an unknown card, or one without a published figure.
    """
    rows = {row["device"].casefold(): row for row in _table("accelerator_embodied")}
    row = rows.get(name.casefold())
    if row is None:
        raise BadInput(
            f"unknown accelerator {name!r}; known: {', '.join(r['device'] for r in rows.values())}"
        )
    published = [float(row[key]) * 1e3 for key in ("kgco2eq_low", "kgco2eq_high") if row[key]]
    if not published:
        raise BadInput(f"no embodied figure is published for {name}: declare embodied in [hardware]")
    low, high = min(published), max(published)
    return Quantity((low + high) / 2, "gCO2eq", Provenance.PUBLISHED, low, high, reason=row["source"])


def default_lifespan() -> Quantity:
    """Four years (Cloud Carbon Footprint) down to three (EcoLogits), where none is declared."""
    years = HOURS_PER_YEAR
    return Quantity(
        4 * years,
        "h",
        Provenance.PUBLISHED,
        3 * years,
        4 * years,
        reason="not declared: 4 years (Cloud Carbon Footprint), 3 (EcoLogits)",
    )


def _declared(written: str) -> Hardware:
    return Hardware(
        total=parse_quantity(written, "gCO2eq", "[hardware] embodied"),
        lifespan_hours=default_lifespan(),
        reserved_share=Quantity.unknown("1", _NO_SHARE),
        description="this machine, as declared",
        source="declared by the user",
    )


def _vcpu_share(row: Mapping[str, str]) -> Quantity:
    if not (row["vcpus"] and row["server_vcpus"]):
        return Quantity.unknown("1", _NO_SHARE)
    share = float(row["vcpus"]) / float(row["server_vcpus"])
    return Quantity(share, "1", Provenance.PUBLISHED, reason="vCPUs of the instance over its server's")


def _published(cell: str, factor: float, unit: str, reason: str) -> Quantity:
    if not cell:
        return Quantity.unknown(unit, reason)
    return Quantity(float(cell) * factor, unit, Provenance.PUBLISHED)


def _count(value: object, name: str) -> int:
    if not isinstance(value, int) or value < 0:
        raise BadInput(f"[hardware] components.{name} = {value!r}: expected a count, 0 or more")
    return value


def _check_keys(table: str, given: Iterable[str], known: tuple[str, ...]) -> None:
    if unknown := [key for key in given if key not in known]:
        raise BadInput(f"[{table}] {unknown[0]!r} is not a key; known: {', '.join(known)}")


@cache
def _table(name: str) -> tuple[dict[str, str], ...]:
    text = (files("framewatt.carbon") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
