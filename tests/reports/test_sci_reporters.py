"""The disclosure and the manifest: from a decision document, and computed again by Impact Framework."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import platformdirs
import pytest
import yaml
from click.testing import CliRunner

from conftest import hold_to_schema
from framewatt.carbon.basis import View, basis_for, basis_from, carbon_block, footprint
from framewatt.carbon.decided import RunFigures
from framewatt.carbon.disclosure.from_decision import boundary_of
from framewatt.carbon.hardware import hardware_from_table
from framewatt.carbon.intensity import declared, resolve_intensity
from framewatt.carbon.places import place_rows, rank_places
from framewatt.carbon.restatement import restate, views_warning
from framewatt.carbon.sharing import AlwaysOn, Packed, Sharing
from framewatt.cli import cli
from framewatt.discovery import find
from framewatt.errors import BadInput
from framewatt.records import Provenance, Quantity, Scope

IF_VERSION = "1.1.0"
CANDIDATES = {
    "onnxruntime@1.31/cpu/python[]": (0.021, 0.0195),
    "openvino@2026.4/cpu/python[]": (0.018, 0.026),
}
DECLARED_HARDWARE = {"embodied": "900..1500 kg", "lifespan": "4 years", "reserved_share": "1/8"}


def decide(
    region: str | None = "FR",
    hardware: dict[str, Any] | None = None,
    sharing: Sharing | None = None,
    view: View = View.ATTRIBUTIONAL,
) -> dict[str, Any]:
    machine = hardware_from_table(hardware) if hardware else None
    basis = basis_for(resolve_intensity(region), machine, pue=1.2, sharing=sharing, view=view)
    candidates = []
    for name, (joules, seconds) in CANDIDATES.items():
        energy = Quantity(joules, "J", Provenance.ESTIMATED, joules * 0.9, joules * 1.2, Scope.WALL)
        time = Quantity(seconds, "s", Provenance.MEASURED)
        candidates.append({
            "id": name,
            "energy_per_unit": energy.to_json(),
            "seconds_per_unit": time.to_json(),
            "sci": footprint(energy, time, basis).to_json(),
        })  # fmt: skip
    document = {
        "schema": "framewatt/decision/1",
        "run": "runs/2026-01-01",
        "workload": {"name": "resnet.onnx"},
        "scenario": "single_stream",
        "functional_unit": "sample",
        "selected": ["openvino@2026.4/cpu/python[]"],
        "candidates": candidates,
        "meter": {"name": "estimate", "scope": "wall", "provenance": "estimated"},
        "carbon": carbon_block(basis),
        "valid_for": {"cpu": "AMD EPYC", "threads": 1},
        "warnings": [{"code": "steal", "message": "12 s were stolen", "remedy": "repeat", "candidate": None}],
    }
    copy: dict[str, Any] = json.loads(json.dumps(document))
    return copy


def rendered(name: str, decision: dict[str, Any]) -> str:
    text: bytes = find("reporters", name).module.render(decision)
    return text.decode()


def score_of(decision: dict[str, Any], candidate: str) -> float:
    (found,) = [item["sci"]["score"]["value"] for item in decision["candidates"] if item["id"] == candidate]
    return float(found)


def test_the_runs_disclosure_validates_and_discloses_the_chosen_candidates_score() -> None:
    decision = decide(hardware=DECLARED_HARDWARE)
    document = json.loads(rendered("sci_json", decision))
    hold_to_schema(document, "sci-1")
    assert document["score"]["value"] == pytest.approx(score_of(decision, decision["selected"][0]), rel=1e-12)
    assert document["score"]["unit"] == "gCO2eq/sample"
    assert all(check["passed"] for check in document["checks"])
    assert document["method"]["approach"] == "calculation"


def test_the_runs_report_names_boundary_sources_years_assumptions_and_limitations() -> None:
    page = rendered("sci", decide(hardware=DECLARED_HARDWARE))
    for text in (
        *("## Software boundary", "## Assumptions", "## Limitations", "self-certified", "AMD EPYC"),
        *("Our World in Data", "lifecycle", "2025", "wall time", "estimated, not measured"),
        *("12 s were stolen", "## The same work under the other candidates", "resnet.onnx"),
    ):
        assert text in page


def test_a_run_without_a_region_discloses_that_the_operational_part_is_open() -> None:
    document = json.loads(rendered("sci_json", decide(region=None, hardware=DECLARED_HARDWARE)))
    assert document["operational"]["value"] is None
    assert "no region was given" in document["score"]["reason"]
    assert document["embodied"]["value"] > 0


@pytest.mark.parametrize(
    ("sharing", "hours"), [(None, 0.026 / 3600), (Packed(4), 0.026 / 3600), (AlwaysOn(24.0, 2, 1e6), 48e-6)]
)
def test_the_hours_that_a_unit_holds_its_hardware_are_disclosed_as_the_run_knows_them(
    sharing: Sharing | None, hours: float
) -> None:
    decision = decide(hardware=DECLARED_HARDWARE, sharing=sharing)
    document = json.loads(rendered("sci_json", decision))
    units = document["functional_unit"]["count"]["value"]
    assert document["components"][0]["reserved"]["value"] / units == pytest.approx(hours, rel=1e-12)
    assert document["embodied"]["value"] == pytest.approx(
        decision["candidates"][1]["sci"]["embodied"]["value"], rel=1e-12
    )


def test_hardware_without_embodied_emissions_is_disclosed_too() -> None:
    document = json.loads(rendered("sci_json", decide(hardware=DECLARED_HARDWARE | {"embodied": "0 kg"})))
    assert document["embodied"]["value"] == 0


def test_two_regions_differ_in_the_operational_part_only_and_by_their_intensities() -> None:
    france, poland = (
        json.loads(rendered("sci_json", decide(region=code, hardware=DECLARED_HARDWARE)))
        for code in ("FR", "PL")
    )
    intensities = [item["intensity"]["quantity"]["value"] for item in (france, poland)]
    assert france["totals"]["energy"] == poland["totals"]["energy"]
    assert poland["embodied"] == france["embodied"]
    assert poland["operational"]["value"] / france["operational"]["value"] == pytest.approx(
        intensities[1] / intensities[0], rel=1e-12
    )
    assert france["intensity"]["year"]
    assert poland["intensity"]["source"]


def test_an_inference_run_is_a_consumer_score_and_a_training_run_a_providers() -> None:
    for stage, side in (("inference", "consumer"), ("training", "provider")):
        decision = decide(hardware=DECLARED_HARDWARE) | {"stage": stage}
        assert json.loads(rendered("sci_json", decision))["ai"]["score"] == side
        page = rendered("sci", decision)
        assert f"**{side}** score" in page
        assert "draft" in page


def test_the_ranking_of_regions_is_in_the_report() -> None:
    decision = decide(hardware=DECLARED_HARDWARE)
    run = RunFigures.from_json(decision)
    boundary = boundary_of(run, run.measured()[0])
    found = [item for code in ("PL", "FR") if (item := resolve_intensity(code))]
    decision["carbon"]["elsewhere"] = [row.to_json() for row in place_rows(rank_places(boundary, found))]
    assert decision["carbon"]["elsewhere"][0]["operational"]["value"] == pytest.approx(
        decision["candidates"][1]["sci"]["operational"]["value"], rel=1e-12
    )
    assert "## The same work elsewhere" in rendered("sci", decision)


def test_a_stored_run_is_restated_for_another_region_without_measuring_again() -> None:
    run = decide(hardware=DECLARED_HARDWARE)
    machine = hardware_from_table(DECLARED_HARDWARE)
    restated = restate(run, basis_for(resolve_intensity("PL"), machine, pue=1.2))
    direct = decide(region="PL", hardware=DECLARED_HARDWARE)
    assert [item["sci"] for item in restated["candidates"]] == [item["sci"] for item in direct["candidates"]]
    assert restated["carbon"] == direct["carbon"]
    assert run["carbon"]["region"] == "FR"
    open_run = restate(run, basis_for(None, machine))
    assert open_run["candidates"][0]["sci"]["operational"]["value"] is None


@pytest.mark.parametrize("sharing", [None, Packed(4), AlwaysOn(24.0, 2, 1e6)])
@pytest.mark.parametrize(
    ("region", "hardware"), [("aws:eu-west-3", DECLARED_HARDWARE), (None, None), ("FR", None)]
)
def test_a_stored_basis_needs_no_second_look_up(
    region: str | None, hardware: dict[str, Any] | None, sharing: Sharing | None
) -> None:
    stored = decide(region=region, hardware=hardware, sharing=sharing)["carbon"]
    assert json.loads(json.dumps(carbon_block(basis_from(stored)))) == stored


@pytest.mark.parametrize("sharing", [None, Packed(4), AlwaysOn(24.0, 2, 1e6)])
def test_a_stored_basis_scores_as_the_one_that_it_was_made_from(sharing: Sharing | None) -> None:
    run = decide(hardware=DECLARED_HARDWARE, sharing=sharing)
    assert restate(run, basis_from(run["carbon"])) == run


def test_a_warning_says_where_the_views_choose_differently_in_a_run() -> None:
    run = decide(hardware=DECLARED_HARDWARE)
    for candidate, joules in zip(run["candidates"], (0.009, 0.001), strict=True):
        candidate["marginal_energy_per_unit"] = candidate["energy_per_unit"] | {
            "value": joules,
            "low": None,
            "high": None,
        }
    warning = views_warning(RunFigures.from_json(run))
    assert warning is not None
    assert "chooses onnxruntime" in warning.message


def test_a_run_with_open_hardware_has_no_manifest_but_says_why() -> None:
    with pytest.raises(BadInput, match=r"open score.*\[hardware\]"):
        rendered("if", decide())


def test_the_consequential_view_is_not_disclosed_as_an_sci_score() -> None:
    with pytest.raises(BadInput, match="attributional"):
        rendered("sci", decide(view=View.CONSEQUENTIAL))


def test_a_run_without_a_measured_candidate_has_nothing_to_disclose() -> None:
    decision = decide(hardware=DECLARED_HARDWARE) | {"candidates": []}
    with pytest.raises(BadInput, match="nothing to disclose"):
        rendered("sci", decision)


def test_a_run_without_a_choice_says_that_the_disclosed_candidate_was_not_chosen() -> None:
    decision = decide(hardware=DECLARED_HARDWARE) | {"selected": [], "verdict": "undecided"}
    document = json.loads(rendered("sci_json", decision))
    assert any("undecided" in sentence for sentence in document["limitations"])


def test_markup_in_a_name_stays_text() -> None:
    decision = decide(hardware=DECLARED_HARDWARE) | {"workload": {"name": "<script>|a\nb"}}
    page = rendered("sci", decision)
    assert "<script>" not in page
    assert "\\|a b" in page


# -- Impact Framework as an independent implementation ------------------------------------------------


@pytest.fixture(scope="session")
def impact_framework() -> Path:
    """`@grnsft/if` from npm, installed once into the user's cache."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    folder = platformdirs.user_cache_path("framewatt") / "impact-framework" / IF_VERSION
    program = folder / "node_modules" / ".bin" / "if-run"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", str(folder), "--no-audit", f"@grnsft/if@{IF_VERSION}"]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    return program


def run(program: Path, manifest: str, folder: Path) -> dict[str, Any]:
    (folder / "manifest.yml").write_text(manifest)
    command = [str(program), "--manifest", "manifest.yml", "--output", "computed"]
    result = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=120)
    computed = folder / "computed.yaml"
    assert computed.exists(), result.stdout + result.stderr
    found: dict[str, Any] = yaml.safe_load(computed.read_text())
    return found


SERVER = {"embodied": "1200kg", "lifespan": "26280h", "reserved": "1h", "share": "1/8"}
CALCULATIONS: dict[str, dict[str, Any]] = {
    "single step": {"component": [{"energy": "0.33kWh", **SERVER}], "units": "1000 request"},
    "PUE": {"component": [{"energy": "0.33kWh", "pue": 1.09, **SERVER}], "units": "1000 request"},
    "embodied share": {
        "component": [{"energy": "0kWh", **SERVER, "share": 0.3}],
        "units": "7 run",
    },
    "operational": {
        "component": [{"energy": "12.34 MJ", **SERVER, "embodied": "0 kg"}],
        "units": "3 model",
    },
    "tiny work": {
        "component": [
            {"power": "65W", "time": "19.5 ms", "embodied": "900kg", "lifespan": "4years", "share": 1}
        ],
        "units": "1 sample",
    },
    "several components": {
        "time": "672h",
        "pue": 1.09,
        "units": "23200 request",
        "component": [
            {"count": 8, "power": "0.33kW", "embodied": "1200kg", "lifespan": "26280h", "share": 1},
            {"count": 2, "power": "25W", "embodied": "600kg", "lifespan": "35040h", "share": 1},
            {"power": "10W", "embodied": "200kg", "lifespan": "35040h", "share": 1},
        ],
    },
}


def as_toml(table: dict[str, Any]) -> str:
    top = [f"{key} = {json.dumps(value)}" for key, value in table.items() if key != "component"]
    items = [
        "\n[[component]]\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in item.items())
        for item in table["component"]
    ]
    return "\n".join(("intensity = 420", *top, *items))


@pytest.mark.impact_framework
@pytest.mark.parametrize("name", CALCULATIONS)
def test_impact_framework_computes_the_calculators_score(
    name: str, impact_framework: Path, tmp_path: Path
) -> None:
    boundary = tmp_path / "boundary.toml"
    boundary.write_text(as_toml(CALCULATIONS[name]))
    runner = CliRunner()
    ours = json.loads(runner.invoke(cli, ["sci", str(boundary), "--format", "json"]).output)["score"]["value"]
    manifest = runner.invoke(cli, ["sci", str(boundary), "--format", "if"]).output
    computed = run(impact_framework, manifest, tmp_path)
    assert computed["tree"]["aggregated"]["sci"] == pytest.approx(ours, rel=1e-9)
    if name == "several components":
        assert computed["tree"]["aggregated"]["sci"] == pytest.approx(47.5414261691, rel=1e-9)


@pytest.mark.impact_framework
@pytest.mark.parametrize(
    ("region", "sharing"), [("FR", None), ("PL", AlwaysOn(24.0, 2, 1e6)), ("US", Packed(4))]
)
def test_impact_framework_computes_every_candidates_score_of_a_run(
    region: str, sharing: Sharing | None, impact_framework: Path, tmp_path: Path
) -> None:
    decision = decide(region=region, hardware=DECLARED_HARDWARE, sharing=sharing)
    computed = run(impact_framework, rendered("if", decision), tmp_path)
    children = computed["tree"]["children"]
    assert set(children) == set(CANDIDATES)
    for candidate, node in children.items():
        assert node["outputs"][0]["sci"] == pytest.approx(score_of(decision, candidate), rel=1e-9)


def test_a_manifest_of_an_open_score_is_refused() -> None:
    arguments = ["sci", "--energy", "1kWh", "--units", "1 run", "--intensity", "5", "--format", "if"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert declared(5.0).quantity.value == 5.0
