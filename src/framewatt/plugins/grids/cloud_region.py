"""Cloud regions with their PUE: Google's own figures, else the region's country (aws:eu-west-3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.plugins.grids._tables import country_intensity, published, read_table
from framewatt.records import Provenance, Quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from framewatt.records import GridIntensity

TITLE = "Cloud regions (Google's figures; elsewhere the country's)"
RANK = 10

_PROVIDERS = ("aws", "azure", "gcp")
_BASIS = "operational, gross, annual average, location-based"
_SOURCE = "GoogleCloudPlatform/region-carbon-info"
_LICENCE = "Apache-2.0"
_SURVEY_PUE = 1.54
"""Uptime Institute's global survey 2025: the average where an operator publishes nothing."""


def covers(region: str) -> bool:
    """``aws:``, ``azure:`` or ``gcp:`` and the provider's own region name."""
    return region.lower().partition(":")[0] in _PROVIDERS and ":" in region


def regions() -> Mapping[str, str]:
    """Regions and where they are."""
    return {f"{row['provider']}:{row['region']}": row["location"] for row in read_table("cloud_region")}


def intensity(region: str, when: datetime | None = None) -> GridIntensity:  # noqa: ARG001 - annual figures
    """The region's figure where its operator publishes one, else its country's with a warning.

    Raises:
        BadInput: the provider has no region of this name.
    """
    name = region.lower()
    row = next((row for row in read_table("cloud_region") if _name(row) == name), None)
    if row is None:
        raise BadInput(f"{region!r} is no region of this provider that is known here")
    figure = _own_figure(row) or _country_figure(row)
    pue, note = _pue(row)
    return replace(figure, region=name, pue=pue, warnings=(*figure.warnings, *note))


def hours(region: str) -> Sequence[GridIntensity]:  # noqa: ARG001 - the contract's signature
    """Nothing: the table is annual."""
    return ()


def fallback(region: str) -> str | None:  # noqa: ARG001 - the contract's signature
    """None: a table always answers."""
    return None


def _name(row: Mapping[str, str]) -> str:
    return f"{row['provider']}:{row['region']}"


def _own_figure(row: Mapping[str, str]) -> GridIntensity | None:
    if row["provider"] != "gcp":
        return None
    own = next((item for item in read_table("gcp_region") if item["region"] == row["region"]), None)
    return published(own, _name(row), basis=_BASIS, source=_SOURCE, licence=_LICENCE) if own else None


def _country_figure(row: Mapping[str, str]) -> GridIntensity:
    figure = country_intensity(row["country"])
    if figure is None:
        raise BadInput(f"no carbon intensity is known for {_name(row)} ({row['location']})")
    finer = "; us:<eGRID subregion> is finer" if row["country"] == "US" else ""
    warning = (
        f"no figure is published for {_name(row)} itself: its country's ({row['country']}) stands in{finer}"
    )
    return replace(figure, warnings=(warning, *figure.warnings))


def _pue(row: Mapping[str, str]) -> tuple[Quantity, tuple[str, ...]]:
    if row["pue"]:
        reason = f"published by {row['provider']}, {row['pue_year']}, {row['pue_of']}"
        return Quantity(float(row["pue"]), "1", Provenance.PUBLISHED, reason=reason), ()
    reason = "average of Uptime Institute's survey 2025"
    note = f"no PUE is published for {_name(row)}: {_SURVEY_PUE}, the {reason}, stands in"
    return Quantity(_SURVEY_PUE, "1", Provenance.PUBLISHED, reason=reason), (note,)
