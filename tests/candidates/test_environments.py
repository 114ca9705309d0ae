"""Environments built by the real uv from a wheel made here: no network, one second each."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from framewatt.candidates import environments
from framewatt.candidates.environments import provide, spec_for
from framewatt.candidates.pip_settings import translate, uv_settings
from framewatt.discovery import find
from framewatt.errors import EnvironmentFailed, Inapplicable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from framewatt.candidates.environments import Environment
    from framewatt.discovery import Plugin

FRAMEWORK = """
TITLE = "Featherweight"
VERSION = "1.0"
ACCEPTS = ("onnx",)
LIGHT = True
PACKAGES = {"runtime": ("featherweight=={version}",)}
IMPORTS = ("featherweight",)
SETTINGS = {"precision": ("fp32",)}


def load(model, settings, signature):
    raise NotImplementedError("it only knows how to be installed")
"""


def make_wheel(folder: Path, version: str = "1.0", code: str = "ANSWER = 42\n") -> Path:
    """The smallest wheel that pip and uv accept; it brings a numpy of its own, which workers import."""
    folder.mkdir(exist_ok=True)
    path = folder / f"featherweight-{version}-py3-none-any.whl"
    info = f"featherweight-{version}.dist-info"
    files = {
        "featherweight.py": code,
        "numpy.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: featherweight\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(name, content)
    return path


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plugin]:
    """A framework whose only package lies in a folder that pip's own configuration names."""
    make_wheel(tmp_path / "wheels")
    (tmp_path / "plugins" / "frameworks").mkdir(parents=True)
    (tmp_path / "plugins" / "frameworks" / "featherweight.py").write_text(FRAMEWORK)
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("FRAMEWATT_PLUGINS", str(tmp_path / "plugins"))
    monkeypatch.setenv("FRAMEWATT_CACHE_DIR", str(tmp_path / "cache"))
    uv_settings.cache_clear()
    yield find("frameworks", "featherweight")
    uv_settings.cache_clear()


def build(
    plugin: Plugin, version: str = "1.0", seen: list[tuple[str, int, int]] | None = None
) -> Environment:
    def progress(what: str, done_bytes: int, total_bytes: int) -> None:
        (seen if seen is not None else []).append((what, done_bytes, total_bytes))

    return provide(spec_for(plugin, version, "runtime"), plugin, progress)


def answers(environment: Environment) -> bool:
    code = "import featherweight; assert featherweight.ANSWER == 42"
    return subprocess.run([str(environment.interpreter), "-c", code], check=False).returncode == 0


def test_an_environment_is_built_once_and_its_costs_are_kept(plugin: Plugin, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    built = build(plugin, seen=seen)
    wheel = next((tmp_path / "wheels").iterdir()).stat().st_size
    assert answers(built)
    assert built.packages == ("featherweight==1.0",)
    assert built.download_bytes == wheel
    assert built.install is not None
    assert built.install.cpu_seconds > 0
    assert built.first_import is not None
    assert seen[-1] == ("featherweight 1.0", wheel, wheel)
    again: list[tuple[str, int, int]] = []
    assert built.built_now
    assert build(plugin, seen=again) == replace(built, built_now=False)
    assert again == []


def test_another_version_gets_another_environment(plugin: Plugin, tmp_path: Path) -> None:
    make_wheel(tmp_path / "wheels", "2.0")
    assert build(plugin).interpreter != build(plugin, "2.0").interpreter


@pytest.mark.parametrize(
    "harm", ["no record", "torn record", "half built", "no package", "no module", "no python"]
)
def test_a_broken_or_half_built_environment_is_built_again(plugin: Plugin, harm: str) -> None:
    built = build(plugin)
    folder = built.interpreter.parents[1]
    site = next(folder.glob("lib/python*/site-packages"))
    record = folder / "environment.json"
    if harm == "no record":
        record.unlink()
    elif harm == "torn record":
        record.write_text(record.read_text()[:40])
    elif harm == "half built":
        shutil.rmtree(folder)
        folder.mkdir()
        (folder / "pyvenv.cfg").touch()
    elif harm == "no package":
        shutil.rmtree(next(site.glob("featherweight*.dist-info")))
    elif harm == "no module":
        (site / "featherweight.py").unlink()
    else:
        built.interpreter.unlink()
        built.interpreter.symlink_to("/nowhere/python")
    spec = spec_for(plugin, "1.0", "runtime")
    assert environments.state(spec) is None
    assert answers(build(plugin))
    assert environments.state(spec) is not None


@pytest.mark.usefixtures("plugin")
def test_two_processes_that_build_at_once_on_an_empty_cache_both_end_well() -> None:
    code = """
from framewatt.candidates.environments import provide, spec_for
from framewatt.discovery import find
plugin = find("frameworks", "featherweight")
builds = []
environment = provide(spec_for(plugin, "1.0", "runtime"), plugin, lambda *told: builds.append(told))
print(environment.interpreter, bool(builds))
"""
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    told = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    answered = [out.split() for out, _ in told]
    assert answered[0][0] == answered[1][0]
    assert sorted(built for _, built in answered) == ["False", "True"]


def test_a_version_that_does_not_exist_is_named(plugin: Plugin) -> None:
    with pytest.raises(EnvironmentFailed, match=r"featherweight 9\.9: ") as failed:
        build(plugin, "9.9")
    assert "\n" not in str(failed.value)
    assert "featherweight==9.9" in str(failed.value)


def test_without_a_network_the_index_is_named_as_what_could_not_be_reached(
    plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "0")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    uv_settings.cache_clear()
    with pytest.raises(EnvironmentFailed, match="the package index could not be reached"):
        build(plugin)


def test_a_package_that_installs_but_does_not_import_fails_with_its_reason(
    plugin: Plugin, tmp_path: Path
) -> None:
    make_wheel(tmp_path / "wheels", code="raise ImportError('libfoo.so is missing')\n")
    with pytest.raises(EnvironmentFailed, match=r"does not import: .*libfoo\.so is missing"):
        build(plugin)
    assert environments.state(spec_for(plugin, "1.0", "runtime")) is None


def test_a_full_disk_is_told_in_one_line_and_leaves_nothing_that_counts_as_built(plugin: Plugin) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
    try:
        with pytest.raises(EnvironmentFailed, match=r"featherweight 1\.0: ") as failed:
            build(plugin)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "\n" not in str(failed.value)
    assert "free some" in str(failed.value)
    assert answers(build(plugin))


def test_the_users_own_interpreter_must_hold_the_framework(plugin: Plugin) -> None:
    with pytest.raises(Inapplicable, match="featherweight is not installed in "):
        environments.current_interpreter(spec_for(plugin, "1.0", "runtime"))


def test_pip_s_constraints_bind_what_is_resolved(
    plugin: Plugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    constraints = tmp_path / "constraints.txt"
    monkeypatch.setenv("PIP_CONSTRAINT", str(constraints))
    constraints.write_text("featherweight<2\n")
    uv_settings.cache_clear()
    assert answers(build(plugin))
    make_wheel(tmp_path / "wheels", "2.0")
    with pytest.raises(EnvironmentFailed, match=r"featherweight<2"):
        build(plugin, "2.0")


# -- pip's configuration in uv's words ----------------------------------------------------------------


def test_pips_settings_become_uvs() -> None:
    told = translate(
        "global.index-url='https://mirror/simple'\n"
        "global.extra-index-url='https://a/simple\\nhttps://b/simple'\n"
        "global.find-links='/wheels /more'\n"
        "global.trusted-host='mirror'\n"
        "global.cert='/ca.pem'\n"
        "global.proxy='http://proxy:3128'\n"
        "global.timeout='60'\n"
        "global.disable-pip-version-check='1'\n"
    )
    pairs = list(zip(told.arguments[::2], told.arguments[1::2], strict=True))
    assert pairs == [
        ("--index-strategy", "unsafe-best-match"),
        ("--default-index", "https://mirror/simple"),
        ("--index", "https://a/simple"),
        ("--index", "https://b/simple"),
        ("--find-links", "/wheels"),
        ("--find-links", "/more"),
        ("--allow-insecure-host", "mirror"),
    ]
    assert told.environment == {
        "SSL_CERT_FILE": "/ca.pem",
        "ALL_PROXY": "http://proxy:3128",
        "UV_HTTP_TIMEOUT": "60",
    }


def test_the_environment_overrides_the_install_section_and_that_the_global_one() -> None:
    lines = [":env:.index-url='c'", "global.index-url='a'", "install.index-url='b'"]
    for count, winner in ((3, "c"), (2, "b"), (1, "a")):
        given = [line for line in lines if line[-2] <= "abc"[count - 1]]
        assert translate("\n".join(given)).arguments[-1] == winner


@pytest.mark.parametrize(("value", "there"), [("1", True), ("true", True), ("0", False), ("false", False)])
def test_no_index_is_honoured(value: str, *, there: bool) -> None:
    assert ("--no-index" in translate(f":env:.no-index='{value}'").arguments) is there


@pytest.mark.parametrize(
    "line", ["", "WARNING: pip is old", "global.index-url=", "global.index-url=not quoted"]
)
def test_a_line_that_is_no_setting_is_passed_over(line: str) -> None:
    assert translate(line).arguments == ("--index-strategy", "unsafe-best-match")
