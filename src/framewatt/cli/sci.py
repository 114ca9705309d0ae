"""Compute an SCI score from figures you already have."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from framewatt.cli._options import declared
from framewatt.cli._output import output_options

if TYPE_CHECKING:
    from framewatt.carbon.declaration import Declaration
    from framewatt.carbon.disclosure.schema import Disclosure
    from framewatt.cli._output import Forms, Output
    from framewatt.records import GridIntensity

_COMPONENT_OPTIONS = (
    *("energy", "power", "time", "pue", "embodied", "instance", "lifespan", "reserved", "share"),
)


def _refuse(_: click.Context, parameter: click.Parameter, value: str | None) -> None:
    from framewatt.carbon.declaration import refuse_neutralisation

    if value is not None and parameter.name:
        refuse_neutralisation({parameter.name: value})


@click.command("sci")
@click.argument("boundary", required=False, type=click.Path(path_type=Path))
@click.option("--energy", help="Energy at the wall over the period, e.g. 0.33kWh.")
@click.option("--power", help="Mean power at the wall, e.g. 0.33kW (with --time).")
@click.option("--time", help="The period, e.g. 1h; a year is 8760 h.")
@click.option("--pue", help="Power usage effectiveness of the data centre, at least 1.")
@click.option("--intensity", help="Grid intensity in gCO2eq/kWh, location-based.")
@click.option("--intensity-kind", help="average (default) or marginal.")
@declared("region", help="FR, us:CAMX, aws:eu-west-3, or a live source's zone.")
@click.option("--embodied", help="Embodied emissions of the hardware, e.g. 1200kg or 1000..1500kg.")
@click.option("--instance", help="AWS instance type, instead of --embodied and --share.")
@click.option("--lifespan", help="Expected lifespan of the hardware, e.g. 4years.")
@click.option("--reserved", help="Time for which it is held (default: --time).")
@click.option("--share", help="Reserved part of its resources, e.g. 1/8.")
@click.option("--units", help="R and how much of it was done, e.g. '1000 request'.")
@click.option(
    "--where", help="Rank the same work in other regions: FR,PL,aws:eu-north-1; or all of a source: country."
)
@click.option("--when", help="Rank starting hours: an hourly CSV file, or a live region (needs --time).")
@output_options(
    "if", explained="text, json, csv, markdown (the GSF disclosure) or if (an Impact Framework manifest)."
)
@click.option("--offset", hidden=True, callback=_refuse, expose_value=False)
@click.option("--rec", hidden=True, callback=_refuse, expose_value=False)
@click.option("--ppa", hidden=True, callback=_refuse, expose_value=False)
@click.option("--eac", hidden=True, callback=_refuse, expose_value=False)
def command(
    boundary: Path | None, output: Output, where: str | None, when: str | None, **options: str | None
) -> None:
    """SCI = ((E * I) + M) per R, from options or from a TOML file of several components.

    \b
    Example:
      framewatt sci --power 0.33kW --time 1h --pue 1.09 --intensity 420 \\
        --embodied 1200kg --lifespan 26280h --reserved 1h --share 1/8 --units "1000 request"
    """  # noqa: D301 - click reads the escape \b, so the string cannot be raw
    from framewatt.carbon.declaration import boundary_from
    from framewatt.carbon.disclosure.document import disclosure
    from framewatt.carbon.places import elsewhere, starts

    given = {key: value for key, value in options.items() if value is not None}
    declared = _declared(boundary, given)
    work = boundary_from(declared, _intensity(declared))
    document = disclosure(work)
    if where:
        rows, warning = elsewhere(work, where)
        warnings = (f"{warning.message}; {warning.remedy}",) if warning else ()
        document = replace(document, elsewhere=rows, warnings=(*document.warnings, *warnings))
    if when:
        document = replace(document, starts=starts(work, when, _duration(declared)))
    output.with_own(_forms(document)).write(document.to_json())


def _duration(declared: Declaration) -> timedelta:
    from framewatt.errors import BadInput
    from framewatt.records.parsing import parse_quantity

    time = declared.time or declared.components[0].get("time")
    if time is None:
        raise BadInput("--when needs --time: how long the work runs")
    return timedelta(hours=parse_quantity(time, "h", "time").value or 0.0)


def _forms(document: Disclosure) -> Forms:
    """What a disclosure is told in its own way in."""
    from framewatt.reports import impact_framework as manifest
    from framewatt.reports.markdown import disclosure as pages

    return {
        "text": lambda _: pages.to_text(document),
        "markdown": lambda _: pages.to_markdown(document),
        "if": lambda _: manifest.to_yaml(manifest.manifest(document)),
    }


def _declared(path: Path | None, options: dict[str, str]) -> Declaration:
    """The file's tables with the options over them; without a file the options are the only component."""
    from framewatt.carbon.declaration import Declaration
    from framewatt.errors import BadInput

    component = {key: options[key] for key in _COMPONENT_OPTIONS if key in options}
    top = {key: value for key, value in options.items() if key not in component}
    if path is None:
        return Declaration.from_table({**top, "component": [{"name": "software", **component}]})
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: not a TOML file: {error}") from None
    alone = [key for key in component if key not in ("time", "pue")]
    if alone:
        raise BadInput(f"--{alone[0]}: with a file, each component states its own; put it into {path}")
    return Declaration.from_table({**tables, **top, **component})


def _intensity(declared: Declaration) -> GridIntensity | None:
    from framewatt.carbon.intensity import resolve_intensity
    from framewatt.records.parsing import parse_quantity

    stated = declared.intensity
    value = None if stated is None else parse_quantity(stated, "gCO2eq/kWh", "intensity")
    return resolve_intensity(declared.region, value, kind=str(declared.intensity_kind))
