"""pip's configuration, handed on to uv, which does not read it: framewatt works wherever pip works."""

from __future__ import annotations

import ast
import contextlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class UvSettings:
    """What a uv call needs: command-line arguments and environment variables.

    `constraints` are apart: they bind a resolution, and uv refuses them where it installs what is resolved.
    """

    arguments: tuple[str, ...]
    environment: dict[str, str]
    constraints: tuple[str, ...] = ()


_OPTIONS = {
    "index-url": "--default-index",
    "extra-index-url": "--index",
    "find-links": "--find-links",
    "trusted-host": "--allow-insecure-host",
}
_VARIABLES = {
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "timeout": "UV_HTTP_TIMEOUT",
}
_PRECEDENCE = ("global", "install", ":env:")


@cache
def uv_settings() -> UvSettings:
    """The effective settings of pip in uv's words, with the index strategy that matches pip's behaviour."""
    return translate(_pip_config())


def translate(config: str) -> UvSettings:
    """The output of ``pip config list`` as uv settings; options that uv has no word for are left out."""
    settings = _parse(config)
    arguments = ["--index-strategy", "unsafe-best-match"]
    for key, option in _OPTIONS.items():
        for value in settings.get(key, "").split():
            arguments += [option, value]
    if settings.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        arguments.append("--no-index")
    environment = {name: settings[key] for key, name in _VARIABLES.items() if settings.get(key)}
    constraints = [
        word for path in settings.get("constraint", "").split() for word in ("--constraints", path)
    ]
    return UvSettings(tuple(arguments), environment, tuple(constraints))


def _parse(config: str) -> dict[str, str]:
    sections: dict[str, dict[str, str]] = {section: {} for section in _PRECEDENCE}
    for line in config.splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.strip().rpartition(".")
        if section in sections:
            with contextlib.suppress(SyntaxError, ValueError):  # not a setting but a warning of pip's
                sections[section][key] = str(ast.literal_eval(value.strip()))
    return {key: value for section in _PRECEDENCE for key, value in sections[section].items()}


def _pip_config() -> str:
    pip = [sys.executable, "-m", "pip"]
    result = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=False)
    if result.returncode and (program := shutil.which("pip") or shutil.which("pip3")):
        result = subprocess.run([program, "config", "list"], capture_output=True, text=True, check=False)
    return result.stdout if result.returncode == 0 else ""
