"""Who may race: frameworks x versions x settings, minus what cannot apply, each with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from importlib import metadata
from itertools import product
from typing import TYPE_CHECKING

from framewatt.candidates.choice import require_known_precisions
from framewatt.candidates.overrides import parse_overrides
from framewatt.discovery import Plugin, choices, discover
from framewatt.errors import BadInput
from framewatt.records import AS_SHIPPED, Candidate
from framewatt.runs.manifest import CandidateLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import ModuleType

    from framewatt.candidates.choice import Choice

_ENTRY = re.compile(r"(?P<name>[\w.-]+?)(==(?P<version>[\w.+!-]+))?(#(?P<repeat>[1-9]\d*))?")


@dataclass(frozen=True, slots=True)
class CandidateSpec:
    """One contestant with its plug-in; `inapplicable` says why it cannot even start.

    `equal_budget` marks the framework's default under the common thread budget, `as_shipped` the framework
    with no setting touched, `begins` who is in the race from its start instead of waiting for the search.
    """

    candidate: Candidate
    plugin: Plugin = field(repr=False)
    settings: Mapping[str, str]
    inapplicable: str | None = None
    equal_budget: bool = True
    as_shipped: bool = False
    begins: bool = True


def enumerate_candidates(choice: Choice, model_format: str) -> list[CandidateSpec]:
    """All contestants for a model of `model_format`, applicable or not.

    Raises:
        BadInput: an unknown framework, setting or value; the message offers the nearest names.
    """
    plugins = discover("frameworks")
    require_known_precisions(choice, plugins)
    exportable = any(model_format in getattr(p.module, "EXPORTS", ()) for p in plugins.values())
    formats = (model_format, "onnx") if exportable else (model_format,)
    overrides = parse_overrides(choice.overrides, plugins, _takers(plugins, formats))
    specs = []
    requested = _requested(choice.frameworks, plugins, formats)
    twice = {plugin.name for plugin, _, repeat in requested if repeat > 1}
    for plugin, version, repeat in requested:
        refused = _refusal(plugin, formats, model_format)
        if choice.installed:
            version = _installed_version(plugin) or version  # noqa: PLW2901 - the version that will run
        fixed = overrides.get(plugin.name, {})
        entering = _variants(plugin, choice, fixed)
        searching = choice.tune and not refused and plugin.name not in twice
        searched = _grid(plugin, choice, fixed) if searching else []
        for settings in [*entering, *(point for point in searched if point not in entering)]:
            problem = refused or _precision_problem(plugin, settings)
            candidate = Candidate(plugin.name, version, settings=tuple(settings.items()), repeat=repeat)
            specs.append(
                CandidateSpec(
                    candidate,
                    plugin,
                    settings,
                    problem,
                    equal_budget=settings in entering,
                    begins=settings in (_first(entering) if searched else entering),
                )
            )
        if hasattr(plugin.module, "SHIPPED") and repeat == 1:
            specs += _as_shipped(plugin, version, refused, choice)
    specs = _with_incumbent(specs, choice.incumbent)
    if idle := set(overrides) - {spec.plugin.name for spec in specs}:
        raise BadInput(f"--set {min(idle)}...: {min(idle)} does not race; add it to --frameworks")
    unfit = [_refusal(plugin, formats, model_format) for plugin, _, _ in requested]
    if all(unfit):
        raise BadInput(
            f"--frameworks {choice.frameworks}: {unfit[0]}{choices('', _takers(plugins, formats))}"
        )
    return specs


def _first(entering: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Of a framework's entries the first in each precision: everyone has a ratio before modes are tried."""
    by_precision = {settings["precision"]: settings for settings in reversed(entering)}
    return list(by_precision.values())


def _as_shipped(plugin: Plugin, version: str, refused: str | None, choice: Choice) -> list[CandidateSpec]:
    """The framework as people install it, where it was asked for or is what runs today."""
    candidate = Candidate(plugin.name, version, settings=AS_SHIPPED)
    if not (choice.as_shipped or candidate.matches(choice.incumbent)):
        return []
    settings = dict(AS_SHIPPED)
    return [CandidateSpec(candidate, plugin, settings, refused, equal_budget=False, as_shipped=True)]


def _with_incumbent(specs: Sequence[CandidateSpec], asked: str | None) -> list[CandidateSpec]:
    """The same, where what runs today begins the race although it is somebody's setting."""
    meant = [spec for spec in specs if spec.candidate.matches(asked)]
    if not meant or any(spec.begins for spec in meant):
        return list(specs)
    return [replace(spec, begins=spec.begins or spec is meant[0]) for spec in specs]


def left_out(choice: Choice, model_format: str) -> list[Plugin]:
    """Frameworks that could take the model but are too heavy for the default set."""
    if choice.frameworks != "default":
        return []
    formats = {model_format, "onnx"}
    heavy = [p for p in discover("frameworks").values() if not p.module.LIGHT]
    return [p for p in heavy if formats & set(p.module.ACCEPTS) and not _is_its_own(p, model_format)]


def _requested(
    frameworks: str, plugins: Mapping[str, Plugin], formats: Sequence[str]
) -> list[tuple[Plugin, str, int]]:
    if frameworks in {"default", "all"}:
        usable = [p for p in plugins.values() if set(p.module.ACCEPTS) & set(formats)]
        if frameworks == "default":
            usable = [p for p in usable if p.module.LIGHT or _is_its_own(p, formats[0])]
        return [(plugin, plugin.module.VERSION, 1) for plugin in usable]
    requested: list[tuple[Plugin, str, int]] = []
    for word in filter(None, (part.strip() for part in frameworks.split(","))):
        match = _ENTRY.fullmatch(word)
        if match is None:
            raise BadInput(f"--frameworks: {word!r} is not of the form name, name==version or name#2")
        requested += [
            (plugin, match["version"] or plugin.module.VERSION, int(match["repeat"] or 1))
            for plugin in _named(match["name"], plugins, formats)
        ]
    if not requested:
        raise BadInput("--frameworks names none; give names, 'default' or 'all'")
    if len({(p.name, version, repeat) for p, version, repeat in requested}) < len(requested):
        raise BadInput("--frameworks names one contestant twice; mark the second with #2")
    return requested


def _named(name: str, plugins: Mapping[str, Plugin], formats: Sequence[str]) -> list[Plugin]:
    """The framework of that name, and those that run the model on its behalf (FAMILY) where it cannot."""
    if name not in plugins:
        raise BadInput(f"--frameworks: unknown framework {name!r}{choices(name, _takers(plugins, formats))}")
    own = plugins[name]
    if set(own.module.ACCEPTS) & set(formats):
        return [own]
    family = [p for p in plugins.values() if getattr(p.module, "FAMILY", None) == name]
    return [p for p in family if set(p.module.ACCEPTS) & set(formats)] or [own]


def _is_its_own(plugin: Plugin, model_format: str) -> bool:
    """Whether the format is one of a framework's own, which then races however heavy it is."""
    return model_format != "onnx" and model_format in plugin.module.ACCEPTS


def _takers(plugins: Mapping[str, Plugin], formats: Iterable[str]) -> list[str]:
    """The names of the frameworks that take a model in one of `formats`, and of those that they stand for."""
    takers = [plugin for plugin in plugins.values() if set(plugin.module.ACCEPTS) & set(formats)]
    families = {plugin.module.FAMILY for plugin in takers if hasattr(plugin.module, "FAMILY")}
    return sorted({plugin.name for plugin in takers} | families)


def _installed_version(plugin: Plugin) -> str | None:
    package = plugin.module.PACKAGES["runtime"][0].partition("==")[0]
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _refusal(plugin: Plugin, formats: Iterable[str], model_format: str) -> str | None:
    accepts = plugin.module.ACCEPTS
    if set(accepts) & set(formats):
        return None
    return f"{plugin.module.TITLE} takes {' or '.join(accepts)}; this model is {model_format}"


def _variants(plugin: Plugin, choice: Choice, overrides: Mapping[str, str]) -> list[dict[str, str]]:
    """The settings under which a framework enters: its entries, or its defaults; plus allowed precisions."""
    space: Mapping[str, tuple[str, ...]] = plugin.module.SETTINGS
    defaults = {"threads": str(choice.threads)} | {name: values[0] for name, values in space.items()}
    if choice.precision:
        defaults["precision"] = choice.precision
    declared: tuple[Mapping[str, str], ...] = getattr(plugin.module, "ENTRIES", ())
    entries = [entry for entry in declared if not set(entry) & set(overrides)] or [{}]
    variants = [{**defaults, **entry, **overrides} for entry in entries]
    lower = [p for p in choice.allowed_precisions if p in space["precision"] and p != defaults["precision"]]
    if "precision" not in overrides:
        variants += [{**variant, "precision": precision} for precision in lower for variant in variants]
    return variants


def _grid(plugin: Plugin, choice: Choice, fixed: Mapping[str, str]) -> list[dict[str, str]]:
    """Every point of a framework's settings space: its own settings, thread counts, allowed precisions."""
    space: Mapping[str, tuple[str, ...]] = plugin.module.SETTINGS
    threads = sorted({choice.threads, choice.most_threads, *(2**n for n in range(10))})
    axes = {"threads": tuple(str(n) for n in threads if n <= choice.most_threads), **space}
    wanted = choice.precision or space["precision"][0]
    axes["precision"] = tuple(p for p in space["precision"] if p in {wanted, *choice.allowed_precisions})
    axes |= {name: (value,) for name, value in fixed.items()}
    return [dict(zip(axes, point, strict=True)) for point in product(*axes.values())]


def _precision_problem(plugin: Plugin, settings: Mapping[str, str]) -> str | None:
    known = plugin.module.SETTINGS["precision"]
    if settings["precision"] in known:
        return None
    return (
        f"{plugin.module.TITLE} does not compute in {settings['precision']} here; it knows {', '.join(known)}"
    )


def candidate_line(spec: CandidateSpec) -> CandidateLine:
    """A contestant as the manifest keeps it."""
    module = spec.plugin.module
    return CandidateLine(
        id=spec.candidate.id,
        framework=spec.candidate.framework,
        title=module.TITLE,
        family=getattr(module, "FAMILY", None),
        version=spec.candidate.version,
        device=spec.candidate.device,
        language=spec.candidate.language,
        settings={**(_shipped_precision(module) if spec.as_shipped else {}), **spec.settings},
        equal_budget=spec.equal_budget,
        as_shipped=spec.as_shipped,
        begins=spec.begins,
    )


def _shipped_precision(module: ModuleType) -> dict[str, str]:
    """What it computes in with no setting touched, as far as its file knows."""
    return {"precision": module.SHIPPED["precision"]}
