"""Sources of carbon intensity: the tables, and the live ones through their real clients."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from framewatt.carbon.intensity import coming_hours, intensity_or_reason, read_hourly_table, resolve_intensity
from framewatt.discovery import discover
from framewatt.errors import BadInput, GridUnavailable
from framewatt.records import GridIntensity, IntensityKind, Provenance

KEY = "a-secret-key-5f1c"
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def at(hours: float = 0.0) -> str:
    return (NOW + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Service:
    """A local server that speaks the documented JSON; `answers` maps a path to its body or its status."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, list[str]], dict[str, str]]] = []
        self.delay = 0.0
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                service.asked.append((parts.path, parse_qs(parts.query), dict(self.headers)))
                time.sleep(service.delay)
                answer = service.answers.get(parts.path, 404)
                status = answer if isinstance(answer, int) else 200
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):  # the client may have given up
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Service]:
    local = Service()
    thread = threading.Thread(target=local.server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    for name in ("ELECTRICITYMAPS", "UK", "WATTTIME", "CARBONAWARE"):
        monkeypatch.setenv(f"FRAMEWATT_{name}_URL", local.url)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("ELECTRICITYMAPS_TOKEN", KEY)
    monkeypatch.setenv("WATTTIME_USERNAME", "ada")
    monkeypatch.setenv("WATTTIME_PASSWORD", KEY)
    monkeypatch.setenv("CARBON_AWARE_KIND", "average")
    yield local
    local.server.shutdown()
    local.server.server_close()
    thread.join()


def found(region: str, when: datetime | None = None) -> GridIntensity:
    intensity = resolve_intensity(region, when=when)
    assert intensity is not None
    return intensity


def electricity_maps(zone: str = "DE", **changes: Any) -> dict[str, Any]:
    body = {
        "zone": zone,
        "carbonIntensity": 322,
        "datetime": at(),
        "updatedAt": at(),
        "emissionFactorType": "lifecycle",
        "isEstimated": False,
        "estimationMethod": None,
    }
    return body | changes


LATEST = "/v3/carbon-intensity/latest"
UK_NOW = {
    "data": [
        {"from": at(), "to": at(0.5), "intensity": {"forecast": 266, "actual": 263, "index": "moderate"}}
    ]
}
MARGINAL = {
    "data": [{"point_time": at(-1), "value": 900.0}, {"point_time": at(), "value": 1000.0}],
    "meta": {"region": "CAISO_NORTH", "signal_type": "co2_moer", "units": "lbs_co2_per_mwh"},
}
# It ends so late that it is not stale when the suite runs past a full hour.
SDK = {"location": "eastus", "startTime": at(-1), "endTime": at(2), "carbonIntensity": 345.6}


# -- tables ------------------------------------------------------------------------------------------


def test_every_region_of_every_table_has_a_figure_with_source_basis_year_and_licence() -> None:
    for plugin in discover("grids").values():
        for region in plugin.module.regions():
            if region == "uk:GB":
                continue
            intensity = plugin.module.intensity(region)
            assert 0 < intensity.quantity.value < 2000, region
            assert intensity.kind is IntensityKind.AVERAGE
            assert "location-based" in intensity.basis
            assert intensity.source
            assert intensity.licence
            assert 2000 < intensity.year < 2100
            assert intensity.quantity.provenance is Provenance.PUBLISHED


def test_every_source_covers_its_own_regions_and_no_others_do() -> None:
    plugins = discover("grids")
    for name, plugin in plugins.items():
        assert plugin.module.TITLE
        assert plugin.module.RANK > 0
        for region in plugin.module.regions():
            assert [other for other, item in plugins.items() if item.module.covers(region)] == [name]


def test_a_us_subregion_is_of_the_epa_and_of_its_direct_basis() -> None:
    intensity = found("us:camx")
    assert intensity.quantity.value == pytest.approx(195.04)
    assert (intensity.region, intensity.year) == ("us:CAMX", 2023)
    assert "direct" in intensity.basis


def test_a_google_region_has_its_own_figure_and_its_own_pue() -> None:
    intensity = found("gcp:europe-west1")
    assert "operational" in intensity.basis
    assert intensity.pue is not None
    assert intensity.pue.value == pytest.approx(1.08)
    assert intensity.warnings == ()


def test_a_cloud_region_without_a_figure_takes_its_countrys_with_a_warning() -> None:
    intensity, france = found("aws:eu-west-3"), found("FR")
    assert intensity.quantity.value == france.quantity.value
    assert "stands in" in intensity.warnings[0]
    assert intensity.pue is not None
    assert intensity.pue.value == pytest.approx(1.35)


def test_the_united_kingdom_and_greece_are_found_by_the_codes_that_people_use() -> None:
    assert found("UK") == found("GB")
    assert found("EL") == found("GR")


def test_an_old_figure_says_how_old_it_is() -> None:
    old = [found(code) for code in ("AQ", "GI", "FK", "XK", "FR") if code in _codes()]
    assert all((item.year or 0) >= 2020 or "is of" in item.warnings[0] for item in old)


def _codes() -> set[str]:
    return set(discover("grids")["country"].module.regions())


@pytest.mark.parametrize(
    ("region", "message"),
    [
        ("us:CAMY", "did you mean us:CAMX"),
        ("aws:eu-west-33", "did you mean aws:eu-west-3"),
        ("azure:westeurop", "did you mean azure:westeurope"),
        ("Germany", "Germany is DE"),
        ("XQ", "no carbon intensity"),
        ("somewhere:else", "unknown region"),
    ],
)
def test_an_unknown_region_is_refused_with_the_nearest_names(region: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        found(region)


def test_a_users_own_source_is_one_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "grids").mkdir()
    (tmp_path / "grids" / "microgrid.py").write_text(
        "from framewatt.records import GridIntensity, IntensityKind, Provenance, Quantity\n"
        "TITLE, RANK = 'Our roof', 50\n"
        "def covers(region): return region == 'roof'\n"
        "def regions(): return {'roof': 'Our roof'}\n"
        "def hours(region): return ()\n"
        "def fallback(region): return None\n"
        "def intensity(region, when=None):\n"
        "    q = Quantity(41.0, 'gCO2eq/kWh', Provenance.DECLARED)\n"
        "    return GridIntensity('roof', q, IntensityKind.AVERAGE, 'lifecycle', 'our own study', 2026)\n"
    )
    monkeypatch.setenv("FRAMEWATT_PLUGINS", str(tmp_path))
    assert found("roof").quantity.value == 41.0


# -- live sources ------------------------------------------------------------------------------------


def test_electricity_maps_gives_the_latest_hour_of_a_zone(service: Service) -> None:
    service.answers[LATEST] = electricity_maps()
    intensity = found("electricitymaps:de")
    assert intensity.quantity.value == 322
    assert intensity.basis.startswith("lifecycle")
    assert (intensity.when or "")[:13] == at()[:13]
    ((_, query, headers),) = service.asked
    assert query == {"zone": ["DE"]}
    assert headers["auth-token"] == KEY


def test_electricity_maps_estimates_are_labelled(service: Service) -> None:
    service.answers[LATEST] = electricity_maps(isEstimated=True, estimationMethod="TIME_SLICER_AVERAGE")
    intensity = found("electricitymaps:DE")
    assert intensity.quantity.provenance is Provenance.ESTIMATED
    assert "TIME_SLICER_AVERAGE" in intensity.warnings[0]


def test_electricity_maps_gives_a_past_hour_and_the_coming_ones(service: Service) -> None:
    hours = [{"carbonIntensity": 100 + hour, "datetime": at(hour)} for hour in range(3)]
    service.answers["/v3/carbon-intensity/past-range"] = {
        "zone": "DE",
        "data": [{"carbonIntensity": 250, "datetime": "2025-01-01T00:00:00Z"}],
    }
    service.answers["/v3/carbon-intensity/forecast"] = {"zone": "DE", "forecast": hours}
    past = found("electricitymaps:DE", when=datetime(2025, 1, 1, tzinfo=UTC))
    assert (past.quantity.value, past.year) == (250, 2025)
    coming = coming_hours("electricitymaps:DE")
    assert [hour.quantity.value for hour in coming] == [100, 101, 102]
    assert {hour.quantity.provenance for hour in coming} == {Provenance.PROJECTED}


def test_the_uk_service_gives_the_actual_figure_and_else_the_forecast(service: Service) -> None:
    service.answers["/intensity"] = UK_NOW
    assert found("uk:GB").quantity.value == 263
    service.answers["/regional/postcode/RG10"] = {
        "data": [
            {
                "postcode": "RG10",
                "data": [{"from": at(), "to": at(0.5), "intensity": {"forecast": 120, "index": "low"}}],
            }
        ]
    }
    regional = found("uk:rg10")
    assert regional.quantity.value == 120
    assert regional.quantity.provenance is Provenance.PROJECTED
    assert "forecast" in regional.warnings[0]


def test_the_uk_service_gives_a_past_half_hour(service: Service) -> None:
    path = "/intensity/2018-01-20T12:00Z/2018-01-20T12:30Z"
    service.answers[path] = {
        "data": [{"from": "2018-01-20T12:00Z", "to": "2018-01-20T12:30Z", "intensity": {"actual": 263}}]
    }
    assert found("uk:GB", when=datetime(2018, 1, 20, 12, tzinfo=UTC)).year == 2018


def test_watttime_gives_a_marginal_figure_in_grams(service: Service) -> None:
    service.answers |= {"/login": {"token": "t0k3n"}, "/v3/historical": MARGINAL}
    intensity = found("watttime:caiso_north")
    assert intensity.quantity.value == pytest.approx(453.59237)
    assert intensity.kind is IntensityKind.MARGINAL
    assert service.paths() == ["/login", "/v3/historical"]
    assert service.asked[0][2]["Authorization"].startswith("Basic ")
    assert service.asked[1][2]["Authorization"] == "Bearer t0k3n"


def test_watttime_forecasts_the_coming_day(service: Service) -> None:
    service.answers |= {"/login": {"token": "t0k3n"}, "/v3/forecast": MARGINAL}
    assert len(coming_hours("watttime:CAISO_NORTH")) == 2


def test_the_carbon_aware_sdk_gives_what_its_operator_says_it_gives(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.answers["/emissions/average-carbon-intensity"] = SDK
    assert found("carbonaware:eastus").kind is IntensityKind.AVERAGE
    monkeypatch.setenv("CARBON_AWARE_KIND", "marginal")
    assert found("carbonaware:eastus").kind is IntensityKind.MARGINAL
    monkeypatch.delenv("CARBON_AWARE_KIND")
    with pytest.raises(GridUnavailable, match="average or marginal"):
        found("carbonaware:eastus")


def test_the_carbon_aware_sdk_forecasts(service: Service) -> None:
    points = [{"timestamp": at(hour), "value": 300 - hour, "duration": 60} for hour in range(2)]
    service.answers["/emissions/forecasts/current"] = [{"location": "eastus", "forecastData": points}]
    assert [hour.quantity.value for hour in coming_hours("carbonaware:eastus")] == [300, 299]


SOURCES = {
    "electricitymaps:DE": LATEST,
    "uk:GB": "/intensity",
    "watttime:CAISO_NORTH": "/v3/historical",
    "carbonaware:eastus": "/emissions/average-carbon-intensity",
}
GOOD = {
    "/login": {"token": "t0k3n"},
    LATEST: electricity_maps(),
    "/intensity": UK_NOW,
    "/v3/historical": MARGINAL,
    "/emissions/average-carbon-intensity": SDK,
}


def refusal(region: str) -> str:
    """What the source itself says, without its stand-in."""
    (plugin,) = [item for item in discover("grids").values() if item.module.covers(region)]
    with pytest.raises((GridUnavailable, BadInput)) as raised:
        plugin.module.intensity(region)
    message = str(raised.value)
    assert "\n" not in message
    assert KEY not in message
    return message


@pytest.mark.parametrize("region", SOURCES)
@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (401, "key is wrong"),
        (403, "plan does not include"),
        (404, "does not know"),
        (429, "too many requests"),
        (500, "a fault of its own"),
        (302, "a fault of its own"),
    ],
)
def test_an_error_of_a_live_source_is_one_clear_line(
    service: Service, region: str, status: int, meaning: str
) -> None:
    service.answers |= GOOD | {SOURCES[region]: status}
    assert meaning in refusal(region)


@pytest.mark.parametrize("region", SOURCES)
@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[]", b"null", b'{"data": []}'])
def test_an_answer_of_another_form_is_one_clear_line(service: Service, region: str, body: bytes) -> None:
    service.answers |= GOOD | {SOURCES[region]: body}
    assert "answer" in refusal(region)


@pytest.mark.parametrize("region", SOURCES)
def test_a_slow_source_is_given_up(service: Service, region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    service.answers |= GOOD
    service.delay = 0.3
    monkeypatch.setenv("FRAMEWATT_HTTP_TIMEOUT", "0.1")
    assert "no answer within 0.1 s" in refusal(region)


def test_a_source_that_is_not_there_is_one_clear_line(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service.url
    monkeypatch.setenv("FRAMEWATT_UK_URL", "http://127.0.0.1:9")
    assert "cannot be reached" in refusal("uk:GB")


@pytest.mark.parametrize(
    ("region", "path", "body", "message"),
    [
        ("electricitymaps:DE", LATEST, electricity_maps("FR"), "instead of DE"),
        ("electricitymaps:DE", LATEST, electricity_maps(datetime=at(-30)), "stale"),
        ("electricitymaps:DE", LATEST, electricity_maps(carbonIntensity=None), "no figure"),
        ("electricitymaps:DE", LATEST, electricity_maps(carbonIntensity=-3), "impossible"),
        ("electricitymaps:DE", LATEST, electricity_maps(datetime="yesterday"), "unreadable date"),
        (
            "uk:GB",
            "/intensity",
            {"data": [UK_NOW["data"][0] | {"intensity": {"forecast": None, "actual": None}}]},
            "no figure",
        ),
        ("uk:GB", "/intensity", {"data": [UK_NOW["data"][0] | {"to": at(-9)}]}, "stale"),
        (
            "watttime:CAISO_NORTH",
            "/v3/historical",
            MARGINAL | {"meta": {"region": "PJM_DC", "units": "lbs_co2_per_mwh"}},
            "instead of CAISO_NORTH",
        ),
        (
            "watttime:CAISO_NORTH",
            "/v3/historical",
            MARGINAL | {"meta": {"region": "CAISO_NORTH", "units": "kg_per_mwh"}},
            "kg_per_mwh",
        ),
        (
            "watttime:CAISO_NORTH",
            "/v3/historical",
            MARGINAL | {"data": [{"point_time": at(-30), "value": 1.0}]},
            "stale",
        ),
        (
            "watttime:CAISO_NORTH",
            "/v3/historical",
            MARGINAL | {"data": [{"point_time": at(), "value": None}]},
            "no figure",
        ),
        (
            "carbonaware:eastus",
            "/emissions/average-carbon-intensity",
            SDK | {"location": "westus"},
            "instead of eastus",
        ),
        (
            "carbonaware:eastus",
            "/emissions/average-carbon-intensity",
            SDK | {"carbonIntensity": None},
            "no figure",
        ),
        (
            "carbonaware:eastus",
            "/emissions/average-carbon-intensity",
            SDK | {"endTime": at(-30)},
            "stale",
        ),
    ],
)
def test_another_zone_and_stale_or_null_data_are_refused(
    service: Service, region: str, path: str, body: Any, message: str
) -> None:
    service.answers |= GOOD | {path: body}
    assert message in refusal(region)


def test_a_source_with_a_passing_fault_is_asked_again(service: Service) -> None:
    service.answers[LATEST] = 503
    assert "503" in refusal("electricitymaps:DE")
    assert len(service.asked) == 3


@pytest.mark.parametrize(
    ("region", "variable"),
    [
        ("electricitymaps:DE", "ELECTRICITYMAPS_TOKEN"),
        ("watttime:CAISO_NORTH", "WATTTIME_PASSWORD"),
        ("carbonaware:eastus", "FRAMEWATT_CARBONAWARE_URL"),
    ],
)
def test_a_missing_key_names_its_variable(
    service: Service, region: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.answers |= GOOD
    monkeypatch.delenv(variable)
    assert variable in refusal(region)


def test_a_live_zone_that_does_not_answer_falls_back_on_its_country_and_says_so(service: Service) -> None:
    service.answers[LATEST] = 500
    intensity = found("electricitymaps:US-CAL-CISO")
    assert intensity.region == "US"
    assert intensity.year is not None
    assert "Electricity Maps v3: answered 500" in intensity.warnings[0]
    assert "stands in" in intensity.warnings[0]


def test_a_marginal_source_never_falls_back_on_an_average(service: Service) -> None:
    service.answers |= {"/login": {"token": "t"}, "/v3/historical": 500}
    with pytest.raises(GridUnavailable, match="WattTime"):
        found("watttime:CAISO_NORTH")


def test_a_study_goes_on_when_a_live_source_does_not_answer(service: Service) -> None:
    service.answers |= {"/login": 401}
    intensity, reason = intensity_or_reason("watttime:CAISO_NORTH")
    assert intensity is None
    assert "key is wrong" in (reason or "")


def test_an_answer_is_kept_for_a_while_and_holds_no_key(service: Service, tmp_path: Path) -> None:
    service.answers |= GOOD
    for _ in range(2):
        found("electricitymaps:DE")
        found("watttime:CAISO_NORTH")
    assert service.paths().count(LATEST) == 1
    kept = [path.read_text() for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert kept
    assert not any(KEY in text or "t0k3n" in text for text in kept)


def test_a_refused_answer_is_not_kept(service: Service) -> None:
    service.answers[LATEST] = electricity_maps(carbonIntensity=None)
    refusal("electricitymaps:DE")
    service.answers[LATEST] = electricity_maps()
    assert found("electricitymaps:DE").quantity.value == 322


# -- hours from a file --------------------------------------------------------------------------------


def test_hours_are_read_from_a_table(tmp_path: Path) -> None:
    path = tmp_path / "hours.csv"
    path.write_text("datetime,gco2eq_per_kwh\n2026-01-01T00:00Z,100\n2026-01-01T01:00Z,50\n")
    hours = read_hourly_table(path)
    assert [hour.quantity.value for hour in hours] == [100, 50]
    assert "hours.csv" in hours[0].source


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "columns"),
        ("time,value\n1,2\n", "columns"),
        ("datetime,gco2eq_per_kwh\nmonday,5\n", "line 2"),
        ("datetime,gco2eq_per_kwh\n2026-01-01T00:00Z,-5\n", "line 2"),
        ("datetime,gco2eq_per_kwh\n2026-01-01T00:00Z,much\n", "line 2"),
    ],
)
def test_a_bad_hourly_table_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "hours.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=message):
        read_hourly_table(path)


def test_a_table_has_no_hours_to_rank() -> None:
    with pytest.raises(BadInput, match="no source forecasts"):
        coming_hours("FR")
