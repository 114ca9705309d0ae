"""One file adds a framework: the smallest one, as CONTRIBUTING shows it, races."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from framewatt import select

if TYPE_CHECKING:
    import pytest

OWN = Path(__file__).parents[2] / "examples" / "own_framework"


def test_one_file_adds_a_framework_that_races(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMEWATT_PLUGINS", str(OWN))
    decision = select(
        tiny_model,
        frameworks="numpy_mlp",
        environment="current",
        tune=False,
        budget=3,
        runs_dir=str(tmp_path),
    )
    row = decision.candidate("numpy_mlp")
    assert row["status"] == "measured"
    assert row["parity"]["error"]["value"] < 1e-5
    assert row["energy_per_unit"]["value"] > 0


def test_an_installed_package_adds_a_framework_by_its_entry_point(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "site" / "acme-1.0.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (record / "entry_points.txt").write_text("[framewatt.frameworks]\nacme = acme_numpy\n")
    shutil.copy(OWN / "frameworks" / "numpy_mlp.py", tmp_path / "site" / "acme_numpy.py")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    decision = select(
        tiny_model,
        frameworks="acme",
        environment="current",
        tune=False,
        budget=3,
        runs_dir=str(tmp_path / "runs"),
    )
    assert decision.candidate("acme")["status"] == "measured"


def test_what_it_cannot_run_does_not_apply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMEWATT_PLUGINS", str(OWN))
    decision = select(
        "example:digits",
        frameworks="numpy_mlp",
        environment="current",
        tune=False,
        budget=3,
        runs_dir=str(tmp_path),
    )
    assert decision.verdict == "none"
    assert "runs plain Gemm and Relu" in decision.candidate("numpy_mlp")["reason"]


def test_it_fits_on_a_screen() -> None:
    code = (OWN / "frameworks" / "numpy_mlp.py").read_text().splitlines()
    assert len(code) < 40
