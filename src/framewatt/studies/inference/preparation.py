"""Before the first joule: the model understood, inputs ready, environments built, models converted."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import onnx

from framewatt.candidates import conversion, environments
from framewatt.decision.audits import audit_samples
from framewatt.discovery import discover
from framewatt.errors import BadInput, EnvironmentFailed, Inapplicable, TrialFailed
from framewatt.metering.host.inspection import usable_cpus
from framewatt.records import Status
from framewatt.trials.process import python_environment, python_worker
from framewatt.trials.trial import Contestant
from framewatt.workload import samples
from framewatt.workload.graphs import (
    concrete_signature,
    fix_shapes,
    read_signature,
    shapes_of,
    vocabulary_sizes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.candidates.enumeration import Entry
    from framewatt.candidates.environments import Environment
    from framewatt.discovery import Plugin
    from framewatt.records import Signature, Workload
    from framewatt.runs.folder import RunFolder
    from framewatt.runs.request import SelectRequest
    from framewatt.studies.progress import Progress
    from framewatt.workload.samples import SampleLibrary


_LARGEST_COPY_BYTES = 1_500_000_000
"""A protobuf holds 2 GB; a larger model keeps its own file and its open shapes."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every step of one study shares: the question, where answers are kept, and who watches."""

    request: SelectRequest
    run: RunFolder
    progress: Progress

    def settle(self, candidate: str, status: Status, reason: str) -> None:
        """Record how a candidate ended, and say so."""
        self.run.append("status", {"candidate": candidate, "status": status, "reason": reason})
        self.progress.settled(candidate, status, reason)


@dataclass(frozen=True, slots=True)
class Material:
    """The model in the formats we have it in, its concrete signature, and the sample files."""

    models: Mapping[str, Path]
    digest: str
    signature: Signature
    library: SampleLibrary
    files: tuple[Path, ...]


def open_source(source: str, data: str | None = None) -> Workload:
    """The workload of the first plug-in that claims what the user typed, with or without ``--data``.

    Raises:
        BadInput: nobody knows this kind of thing, or it is broken.
    """
    plugins = discover("workloads").values()
    claiming = [plugin for plugin in plugins if plugin.module.claims(source)]
    for plugin in claiming:
        if getattr(plugin.module, "TAKES_DATA", False) == (data is not None):
            workload: Workload = plugin.module.open_workload(source)
            return workload if data is None else _with_data(workload, Path(data).expanduser().resolve())
    if claiming:
        takers = [p.module.TITLE for p in plugins if getattr(p.module, "TAKES_DATA", False)]
        told = "it needs --data" if data is None else f"--data goes with: {', '.join(takers)}"
        raise BadInput(f"{source} ({claiming[0].module.TITLE}): {told}")
    kinds = ", ".join(plugin.module.TITLE for plugin in plugins)
    raise BadInput(f"{source}: not a model that framewatt knows (it takes: {kinds})")


def _with_data(workload: Workload, data: Path) -> Workload:
    """The workload whose identity is its own and its data's."""
    if not data.is_file():
        raise BadInput(f"--data {data}: no such file")
    digest = hashlib.sha256(workload.sha256.encode())
    with data.open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    return replace(workload, data=data, sha256=digest.hexdigest())


def gather(workload: Workload, context: Context) -> Material:
    """Export the model if need be, and lay out its samples in the run folder.

    Raises:
        BadInput: samples that do not fit, a model that cannot be exported.
    """
    models = {workload.format: workload.path}
    exported = None
    if workload.signature is None:
        exported = _export(workload, context)
        models["onnx"] = exported.model
        context.run.append("conversion", {"key": "export", "cost": asdict(exported.cost)})
    signature = workload.signature or exported.signature  # type: ignore[union-attr] # one of them is there
    library = _library(workload, context.request, signature, exported)
    digest = workload.sha256 if exported is None else f"{workload.sha256}-export"
    files = tuple(library.write(context.run.path / "samples"))
    _record_inputs(library, context)
    if library.uniform:
        signature = _fix_shapes(models, samples.concrete(signature, library), context.run.path)
    return Material(models, digest, signature, library, files)


def equip(entries: Sequence[Entry], material: Material, context: Context) -> dict[str, Contestant]:
    """Build each entry's environment and convert the model for it; who cannot is recorded with the reason."""
    contestants = {}
    for entry in entries:
        identity = entry.candidate.id
        if entry.inapplicable:
            context.settle(identity, Status.INAPPLICABLE, entry.inapplicable)
            continue
        try:
            contestants[identity] = _contestant(entry, material, context)
        except Inapplicable as reason:
            context.settle(identity, Status.INAPPLICABLE, str(reason))
        except (EnvironmentFailed, TrialFailed) as reason:
            context.settle(identity, Status.FAILED, str(reason))
    return contestants


def _record_inputs(library: SampleLibrary, context: Context) -> None:
    """What the candidates are fed, and what there is to say about it."""
    told = {"source": library.source, "generated": library.generated, "batch": library.batch}
    warnings = [asdict(found) for found in audit_samples(library.samples, generated=library.generated)]
    context.run.append("inputs", {**told, "queries": len(library.samples), "warnings": warnings})


def _fix_shapes(models: dict[str, Path], signature: Signature, folder: Path) -> Signature:
    """Give every candidate an ONNX file with exactly the samples' shapes, where it leaves some open.

    Converters need them, and a native loader that is not told them pays for shapes that never come.
    """
    graph = onnx.load(str(models["onnx"]), load_external_data=False)
    fixed = concrete_signature(graph, signature)
    is_open = any(size is None for spec in read_signature(graph).inputs for size in spec.shape)
    whole = onnx.load(str(models["onnx"])) if is_open else None
    if whole is not None and whole.ByteSize() < _LARGEST_COPY_BYTES:
        models["onnx"] = folder / "model.onnx"
        onnx.save(fix_shapes(whole, shapes_of(signature)), str(models["onnx"]))
    return fixed


def _export(workload: Workload, context: Context) -> conversion.Export:
    exporters = [
        p for p in discover("frameworks").values() if workload.format in getattr(p.module, "EXPORTS", ())
    ]
    if not exporters:
        raise BadInput(f"{workload.path}: no installed framework file exports {workload.format} models")
    plugin = exporters[0]
    try:
        environment = _environment(plugin, plugin.module.VERSION, "convert", context)
    except EnvironmentFailed as error:
        raise BadInput(f"{workload.path}: cannot be exported to ONNX: {error}") from None
    context.progress.say(f"exporting {workload.name} to ONNX")
    return conversion.export(plugin, environment, workload.path, context.run.path / "export")


def _library(
    workload: Workload, request: SelectRequest, signature: Signature, exported: conversion.Export | None
) -> SampleLibrary:
    chosen = Path(request.samples) if request.samples else workload.samples
    if chosen is not None:
        return samples.read_library(chosen, signature, request.batch_size)
    if exported is not None and exported.samples:
        source = f"inputs() of {workload.path.name}"
        return samples.from_tensor_files(exported.samples, signature, request.batch_size, source)
    graph = workload.path if exported is None else exported.model
    model = onnx.load(str(graph), load_external_data=False)
    vocabulary = vocabulary_sizes(model)
    return samples.generate(signature, request.dims, vocabulary, request.seed, request.batch_size)


def runtime_of(entry: Entry, context: Context) -> Environment:
    """The environment an entry runs in, built on first use; what it took is recorded.

    Raises:
        EnvironmentFailed, Inapplicable: there is none, with the reason.
    """
    plugin, version = entry.plugin, entry.candidate.version
    if context.request.environment == "current":
        runtime = environments.current_interpreter(environments.spec_for(plugin, version, "runtime"))
    else:
        runtime = _environment(plugin, version, "runtime", context)
    _record_environment("environment", entry, runtime, context)
    return runtime


def _record_environment(kind: str, entry: Entry, environment: Environment, context: Context) -> None:
    """What an environment of a candidate took to make."""
    costs = {**asdict(environment), "interpreter": str(environment.interpreter)}
    context.run.append(kind, {"candidate": entry.candidate.id, **costs})


def _contestant(entry: Entry, material: Material, context: Context) -> Contestant:
    plugin = entry.plugin
    runtime = runtime_of(entry, context)
    converted = _converted(entry, runtime, material, context)
    if converted.cost is not None:
        context.run.append("conversion", {"key": entry.candidate.id, "cost": asdict(converted.cost)})
    threads = int(entry.settings["threads"])
    return Contestant(
        candidate=entry.candidate.id,
        command=tuple(python_worker(runtime.interpreter, plugin.path)),
        environment=python_environment(threads),
        cpus=usable_cpus()[-threads:],
        model=converted.model,
        settings=entry.settings,
        signature=conversion.signature_json(material.signature),
        samples=material.files,
        units_per_query=material.library.batch / context.run.manifest["functional_unit"]["samples"],
        uniform=material.library.uniform,
        patience=context.request.timeout,
        reserved_share=threads / context.run.manifest["host"]["logical_cpus"],
    )


def _converted(
    entry: Entry, runtime: Environment, material: Material, context: Context
) -> conversion.Conversion:
    plugin, version = entry.plugin, entry.candidate.version
    chosen = next(name for name in plugin.module.ACCEPTS if name in material.models)
    if chosen != "onnx" or not hasattr(plugin.module, "convert"):
        return conversion.Conversion(material.models[chosen])
    converter = runtime
    if "convert" in plugin.module.PACKAGES and context.request.environment == "isolated":
        converter = _environment(plugin, version, "convert", context)
        if converter.interpreter != runtime.interpreter:  # equal pins share one, which is downloaded once
            _record_environment("converter", entry, converter, context)
    context.progress.say(f"converting for {plugin.module.TITLE}")
    source, digest = material.models["onnx"], material.digest
    task = conversion.Task(plugin, converter, source, digest, material.signature, entry.settings)
    return conversion.convert(task)


def _environment(plugin: Plugin, version: str, role: str, context: Context) -> Environment:
    exports = context.run.manifest["workload"]["format"] in getattr(plugin.module, "EXPORTS", ())
    runs_own_code = exports or hasattr(plugin.module, "describe")
    extra = context.request.packages if runs_own_code else ()
    spec = environments.spec_for(plugin, version, role, extra)
    return environments.provide(spec, plugin, context.progress.building)
