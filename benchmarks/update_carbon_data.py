"""Rebuild the grid tables of the package from their public sources (docs/carbon.md, "Updating the data").

    python benchmarks/update_carbon_data.py [--only country]

needs ``openpyxl`` (for the EPA's workbook) and ``pycountry`` (ISO codes) beside framewatt. Each address can
be replaced by a local copy: ``--source country=file:///tmp/owid.csv``. A table that could not be read
completely is left as it is.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).parents[1] / "src/framewatt/plugins/grids/data"
SOURCES = {
    "country": "https://ourworldindata.org/grapher/carbon-intensity-electricity.csv",
    "us_subregion": "https://www.epa.gov/system/files/documents/2025-06/summary_tables_rev2.xlsx",
    "gcp_region": "https://raw.githubusercontent.com/GoogleCloudPlatform/region-carbon-info/main/data/yearly/{year}.csv",
    "cloud_region": "https://raw.githubusercontent.com/Green-Software-Foundation/real-time-cloud/main/Cloud_Region_Metadata.csv",
}
PROVIDERS = {"Amazon Web Services": "aws", "Google Cloud": "gcp", "Microsoft Azure": "azure"}
GRAMS_PER_POUND = 453.59237
_KOSOVO = {"OWID_KOS": ("XK", "XKX")}

Row = dict[str, Any]


def main() -> int:
    """Fetch, rebuild and say what changed; 1 when a source could not be read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted(SOURCES), help="rebuild one table")
    parser.add_argument("--year", default="2025", help="the year of Google's table and of eGRID's figures")
    parser.add_argument("--source", action="append", default=[], help="NAME=URL instead of the public one")
    options = parser.parse_args()
    addresses = SOURCES | dict(item.split("=", 1) for item in options.source)
    failed = 0
    for name, build in BUILDERS.items():
        if options.only in (None, name):
            try:
                rows = build(_fetch(addresses[name].format(year=options.year)), options.year)
                print(f"{name}: {_write(name, rows)}")
            except (OSError, ValueError, KeyError) as error:
                failed = 1
                print(f"{name}: left as it is: {error!r}", file=sys.stderr)
    return failed


def country(body: bytes, _: str) -> list[Row]:
    """Our World in Data, the newest year of each ISO country; a lifecycle figure is never 0."""
    import pycountry

    newest: dict[str, Row] = {}
    for row in _csv(body):
        value_key = list(row)[3]
        code = row["Code"]
        if float(row[value_key] or 0) > 0 and int(row["Year"]) >= int(newest.get(code, {"year": 0})["year"]):
            newest[code] = {"name": row["Entity"], "year": row["Year"], "gco2eq_per_kwh": row[value_key]}
    found = []
    for code, row in newest.items():
        known = pycountry.countries.get(alpha_3=code) if code else None
        iso = (known.alpha_2, known.alpha_3) if known else _KOSOVO.get(code)
        if iso:
            found.append({"iso2": iso[0], "iso3": iso[1], **row})
    return sorted(found, key=lambda row: row["iso3"])


def us_subregion(body: bytes, year: str) -> list[Row]:
    """Table 1 of eGRID's summary workbook: total output CO2e in lb/MWh by subregion."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
    sheet = next(book[name] for name in book.sheetnames if "1" in name and "able" in name)
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    column = next(row.index("CO2e") for row in rows if "CO2e" in row)
    acronym = 4
    return [
        {
            "subregion": str(row[0]).strip(),
            "name": str(row[1]).strip(),
            "year": year,
            "gco2eq_per_kwh": round(float(str(row[column])) * GRAMS_PER_POUND / 1000, 2),
        }
        for row in rows
        if row[0] and row[1] and len(str(row[0]).strip()) == acronym and isinstance(row[column], int | float)
    ]


def gcp_region(body: bytes, year: str) -> list[Row]:
    """Google's yearly table."""
    return [
        {
            "region": row["Google Cloud Region"],
            "location": row["Location"],
            "year": year,
            "gco2eq_per_kwh": row["Grid carbon intensity (gCO2eq / kWh)"],
        }
        for row in _csv(body)
    ]


def cloud_region(body: bytes, _: str) -> list[Row]:
    """GSF's real-time cloud metadata, newest year of each region, under our corrections and known PUEs."""
    before = {(row["provider"], row["region"]): row for row in _read("cloud_region")}
    found: dict[tuple[str, str], Row] = {}
    for row in sorted(_csv(body), key=lambda item: item["year"]):
        key = (PROVIDERS[row["cloud-provider"]], row["cloud-region"])
        pue = row["power-usage-effectiveness"]
        found[key] = {
            **dict(zip(("provider", "region"), key, strict=True)),
            "location": row["location"],
            "country": row["em-zone-id"].partition("-")[0],
            **_newer_pue(before.get(key), pue, row["year"]),
        }
    for fix in _read("cloud_region_corrections"):
        key = (fix["provider"], fix["region"])
        kept = found.get(key) or before.get(key) or _newer_pue(None, "", "")
        if fix["country"]:
            found[key] = _without_why(fix) | {key: kept[key] for key in ("pue", "pue_year", "pue_of")}
        else:
            found.pop(key, None)
    return [found[key] for key in sorted(found)]


def _newer_pue(before: Row | None, pue: str, year: str) -> Row:
    """The PUE on record unless the source's is of a later year: operators publish newer ones themselves."""
    if before and before["pue"] and not (pue and year > before["pue_year"]):
        return {key: before[key] for key in ("pue", "pue_year", "pue_of")}
    return {"pue": pue, "pue_year": year if pue else "", "pue_of": "region" if pue else ""}


def _without_why(fix: Row) -> Row:
    return {key: value for key, value in fix.items() if key != "why"}


BUILDERS: dict[str, Callable[[bytes, str], list[Row]]] = {
    "country": country,
    "us_subregion": us_subregion,
    "gcp_region": gcp_region,
    "cloud_region": cloud_region,
}


def _fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as reply:  # noqa: S310 - the addresses above, or the caller's
        body: bytes = reply.read()
    return body


def _csv(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def _read(name: str) -> list[dict[str, str]]:
    path = DATA / f"{name}.csv"
    return _csv(path.read_bytes()) if path.exists() else []


def _write(name: str, rows: list[Row]) -> str:
    """Write a table, refusing one that lost more than a tenth of its rows."""
    before = _read(name)
    if len(rows) < 0.9 * len(before):
        raise ValueError(f"only {len(rows)} rows where {len(before)} stood")
    with (DATA / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return f"{len(rows)} rows ({len(before)} before)"


if __name__ == "__main__":
    sys.exit(main())
