"""Whether a framework file keeps what its contract demands: the same checks for shipped and own ones."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from inspect import signature
from typing import TYPE_CHECKING

from framewatt import __version__
from framewatt.contracts import FrameworkExtras, FrameworkPlugin, functions
from framewatt.discovery import lacking, load_module
from framewatt.errors import BadInput
from framewatt.records import REFERENCE_PRECISION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import ModuleType

    from framewatt.records import Json

    Problems = Iterator[str]

_LOAD_AS_THE_WORKER_DOES = """
import importlib.util, json, sys
before = set(sys.modules)
beside = [sys.argv[2]]
spec = importlib.util.spec_from_file_location(
    "framewatt_framework", sys.argv[1], submodule_search_locations=beside
)
module = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = module
spec.loader.exec_module(module)
foreign = {name.partition(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
print(json.dumps(sorted(foreign - {"framewatt_framework"})))
"""
_LOAD_SECONDS = 60.0
_LOADS = "loads where nothing but the standard library is"
_PINNED = re.compile(r"[A-Za-z0-9._-]+(\[[a-z0-9,]+\])?==[0-9][0-9A-Za-z.+]*")
_ROLES = ("runtime", "convert")
_SINGLE = REFERENCE_PRECISION
_LEARNER = ("most_rounds", "train", "scores")


@dataclass(frozen=True, slots=True)
class Check:
    """One promise, and what breaks it; `passed` is None where it could not be checked."""

    promise: str
    passed: bool | None
    problems: tuple[str, ...] = ()


def check_framework_file(path: Path) -> list[Check]:
    """Every promise of the contract, kept or not.

    Raises:
        BadInput: there is no such file.
    """
    if not path.is_file():
        raise BadInput(f"{path}: no such file")
    broken = tuple(_loads_alone(path))
    if not broken:
        try:
            module = load_module("frameworks", path.resolve())
        except BadInput as error:
            broken = (str(error),)
    if broken:
        return [
            Check(_LOADS, passed=False, problems=broken),
            *(Check(name, passed=None) for name in _PROMISES),
        ]
    kept = Check(_LOADS, passed=True)
    return [kept, *(_checked(name, problems, module) for name, problems in _PROMISES.items())]


def conformance_document(paths: Sequence[Path]) -> Json:
    """The checks of files as ``framewatt/conformance/1``.

    Raises:
        BadInput: there is no such file.
    """
    checked = {str(path): check_framework_file(path) for path in paths}
    files = [
        {"file": path, "passed": _all_kept(checks), "checks": [asdict(check) for check in checks]}
        for path, checks in checked.items()
    ]
    return {
        "schema": "framewatt/conformance/1",
        "framewatt_version": __version__,
        "passed": all(map(_all_kept, checked.values())),
        "files": files,
    }


def _all_kept(checks: Sequence[Check]) -> bool:
    return all(check.passed for check in checks)


def _checked(promise: str, problems: Callable[[ModuleType], Problems], module: ModuleType) -> Check:
    """A constant of a wrong type breaks its own promise; others that rest on it cannot be checked."""
    try:
        broken = tuple(problems(module))
    except (AttributeError, TypeError, KeyError, IndexError, ValueError):
        return Check(promise, passed=None)
    return Check(promise, passed=not broken, problems=broken)


def _loads_alone(path: Path) -> Problems:
    """Import it in an interpreter without any package, as the worker imports it by path."""
    if path.suffix != ".py":
        yield "it is not a Python file; name it after the framework, with .py"
        return
    command = [sys.executable, "-I", "-S", "-c", _LOAD_AS_THE_WORKER_DOES, str(path), str(path.parent)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_LOAD_SECONDS)
    except subprocess.TimeoutExpired:
        yield f"it is not loaded after {_LOAD_SECONDS:.0f} s; do the work inside its functions"
        return
    *_, reason = ("it ends the interpreter", *done.stderr.strip().splitlines())
    if done.returncode or not done.stdout:
        yield f"{reason}; import packages inside the functions that need them"
    elif foreign := json.loads(done.stdout.splitlines()[-1]):
        yield f"it imports {', '.join(foreign)}; import packages inside the functions that need them"


def _defines(module: ModuleType) -> Problems:
    for name in lacking("frameworks", module):
        yield f"{name} is missing; add it as framewatt/contracts.py describes it"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _are_texts(value: object) -> bool:
    return isinstance(value, tuple) and all(map(_is_text, value))


def _some_texts(value: object) -> bool:
    return _are_texts(value) and bool(value)


def _lists(value: object) -> bool:
    return isinstance(value, Mapping) and all(_is_text(key) and _some_texts(value[key]) for key in value)


def _are_lists(value: object) -> bool:
    return isinstance(value, Mapping) and all(_is_text(key) and _are_texts(value[key]) for key in value)


def _is_choice(value: object) -> bool:
    return isinstance(value, Mapping) and all(_is_text(key) and isinstance(value[key], str) for key in value)


def _are_choices(value: object) -> bool:
    return isinstance(value, tuple) and all(map(_is_choice, value))


_TYPES: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "TITLE": (_is_text, "a text"),
    "VERSION": (_is_text, "a text"),
    "ACCEPTS": (_some_texts, "a tuple of texts, not empty"),
    "IMPORTS": (_some_texts, "a tuple of texts, not empty"),
    "LIGHT": (lambda value: isinstance(value, bool), "True or False"),
    "PACKAGES": (_lists, "a dict of roles to tuples of requirements"),
    "SETTINGS": (_lists, "a dict of names to tuples of values, none empty"),
    "FAMILY": (_is_text, "a text"),
    "CONVERTS_FROM": (_is_text, "a text"),
    "ENTRIES": (_are_choices, "a tuple of dicts of texts"),
    "SHIPPED": (_is_choice, "a dict of texts"),
    "CONVERT_SETTINGS": (_are_lists, "a dict of names to tuples of texts"),
    "POINTS": (_are_choices, "a tuple of dicts of texts"),
    "EXPORTS": (_are_texts, "a tuple of texts"),
    "NEEDS": (_lists, "a dict of formats to tuples of requirements"),
    "EXCLUDES": (_are_texts, "a tuple of texts"),
    "ENVIRONMENT": (_is_choice, "a dict of texts"),
}


def _types(module: ModuleType) -> Problems:
    for name, (fits, wanted) in _TYPES.items():
        if hasattr(module, name) and not fits(getattr(module, name)):
            yield f"{name} must be {wanted}"


def _signatures(module: ModuleType) -> Problems:
    for name, arguments in (functions(FrameworkPlugin) | functions(FrameworkExtras)).items():
        function = getattr(module, name, None)
        if function is None:
            continue
        if not callable(function) or tuple(signature(function).parameters) != arguments:
            yield f"write it as {name}({', '.join(arguments)})"


def _pins(module: ModuleType) -> Problems:
    packages = module.PACKAGES
    for role in [role for role in packages if role not in _ROLES]:
        yield f"PACKAGES has the role {role!r}; the roles are {', '.join(_ROLES)}"
    if not any("{version}" in requirement for requirement in packages.get("runtime", ())):
        yield "no requirement of the runtime follows VERSION; write NAME=={version} for the framework's own"
    for requirement in (requirement for role in packages.values() for requirement in role):
        if not _PINNED.fullmatch(requirement.replace("{version}", module.VERSION)):
            yield f"{requirement!r} is not exact; write NAME==VERSION"


def _precision(module: ModuleType) -> Problems:
    precisions = module.SETTINGS.get("precision", ())
    if not precisions:
        yield f'SETTINGS does not say in which precisions it computes; add "precision": ("{_SINGLE}",)'
    elif precisions[0] != _SINGLE:
        yield f"single precision comes first, for everyone's equal start; put {_SINGLE!r} before the others"


def _settings(module: ModuleType) -> Problems:
    space = module.SETTINGS
    if "threads" in space:
        yield "threads are every framework's; take them out of SETTINGS and obey settings['threads']"
    for name in [name for name, values in space.items() if len(set(values)) < len(values)]:
        yield f"SETTINGS names a value of {name} twice"
    choices = (*getattr(module, "ENTRIES", ()), *getattr(module, "POINTS", ()))
    for name, value in dict.fromkeys(pair for choice in choices for pair in choice.items()):
        if value not in space.get(name, ()):
            yield f"ENTRIES or POINTS have {name} {value!r}, which SETTINGS does not list"


def _shipped(module: ModuleType) -> Problems:
    shipped = getattr(module, "SHIPPED", None)
    if shipped is None:
        return
    if "precision" not in shipped:
        yield 'SHIPPED does not say in which precision it computes untouched; add "precision"'
    for name, value in shipped.items():
        if value not in module.SETTINGS.get(name, ()):
            yield f"SHIPPED has {name} {value!r}, which SETTINGS does not list"


def _steps(module: ModuleType) -> Problems:
    if hasattr(module, "export") != bool(getattr(module, "EXPORTS", ())):
        yield "export and EXPORTS come together; add the other, or take it out"
    if hasattr(module, "build") != hasattr(module, "describe"):
        yield "build and describe come together; add the other, or take it out"
    for name, values in getattr(module, "CONVERT_SETTINGS", {}).items():
        if name != "threads" and not set(values) <= set(module.SETTINGS.get(name, ())):
            yield f"CONVERT_SETTINGS has {name} {', '.join(values)}, which SETTINGS does not list"
    converting = [name for name in ("convert", "export") if hasattr(module, name)]
    if converting and "convert" not in module.PACKAGES:
        yield f"{converting[0]} runs in an environment of its own; add the role convert to PACKAGES"
    if "table" in module.ACCEPTS:
        for name in [name for name in _LEARNER if not hasattr(module, name)]:
            yield f"what accepts tables learns from them; add {name}"


def _torch(module: ModuleType) -> Problems:
    requirements = [requirement for role in module.PACKAGES.values() for requirement in role]
    excludes = getattr(module, "EXCLUDES", ())
    if any(requirement.startswith("torch=") for requirement in requirements) and "triton" not in excludes:
        yield 'torch pulls in packages for CUDA; add EXCLUDES = ("triton",)'


_PROMISES: Mapping[str, Callable[[ModuleType], Problems]] = {
    "defines what the contract demands": _defines,
    "its constants are what the contract says": _types,
    "its functions take the contract's arguments": _signatures,
    "pins every requirement exactly": _pins,
    "names its precisions, single precision first": _precision,
    "its settings are listed once, without threads": _settings,
    "says what it does as shipped in the words of its settings": _shipped,
    "offers steps whole": _steps,
    "keeps packages for CUDA out": _torch,
}
