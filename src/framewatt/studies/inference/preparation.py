"""Before the first joule: the model understood, inputs ready, environments built, models converted."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import onnx

from framewatt.candidates import conversion
from framewatt.decision.audits import audit_samples
from framewatt.discovery import discover
from framewatt.errors import BadInput, EnvironmentFailed, Inapplicable, TrialFailed, TrialStopped
from framewatt.records import Status
from framewatt.runs.records import Admitted, BuiltConverter, ConversionCost, Inputs
from framewatt.studies.runtime import environment_of, launch_spec, record_environment, runtime_of
from framewatt.trials.inference import Inference, InferenceSpec
from framewatt.workload import oracle, samples
from framewatt.workload.graphs import vocabulary_sizes
from framewatt.workload.paths import sha256_of
from framewatt.workload.shapes import fix_shapes, leaves_shapes_open, with_output_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from framewatt.candidates.enumeration import CandidateSpec
    from framewatt.candidates.environments import Environment
    from framewatt.records import Signature, Workload
    from framewatt.runs.request import SelectRequest
    from framewatt.studies.context import StudyContext
    from framewatt.studies.preparation_clock import PreparationClock
    from framewatt.workload.labels import Labels
    from framewatt.workload.oracle import Answer
    from framewatt.workload.samples import SampleLibrary


_PREPARING = "preparing"
_LARGEST_COPY_BYTES = 1_500_000_000
"""A protobuf holds 2 GB; a larger model keeps its own file and its open shapes."""
CHECKED_SAMPLES = 4
"""So many answers of each candidate are compared with the oracle's."""
_FIXED = "-fixed"
"""Marks the digest of a copy with fixed shapes, whose conversions are not those of the own file."""


@dataclass(frozen=True, slots=True)
class Material:
    """The model in the formats we have it in, its concrete signature, and the sample files.

    `own_file` is the ONNX file as it came where that in `models` is our copy of it, with fixed shapes;
    `right` are the oracle's answers to the first samples, None where it has none. `not_exported` says why the
    model is not there as ONNX.
    """

    models: Mapping[str, Path]
    digest: str
    signature: Signature
    library: SampleLibrary
    files: tuple[Path, ...]
    right: Answer | None
    own_file: Path | None = None
    not_exported: str | None = None

    @property
    def model_digest(self) -> str:
        """Tells the file that is converted from others of the same origin."""
        return f"{self.digest}{_FIXED}" if self.own_file else self.digest


def gather(workload: Workload, context: StudyContext, patience: float = oracle.PATIENCE) -> Material:
    """Export the model if need be, lay out its samples in the run folder, and ask the oracle.

    It is waited for `patience` seconds.

    Raises:
        BadInput: samples that do not fit, a model that cannot be exported.
    """
    models = {workload.format: workload.path}
    exported = None
    if workload.signature is None:
        exported = _export(workload, context)
        if exported.model is not None:
            models["onnx"] = exported.model
        context.keep(ConversionCost("export", exported.cost, exported.cost))
    signature = workload.signature or exported.signature  # type: ignore[union-attr] # one of them is there
    library = _library(workload, context.request, signature, exported)
    # What a model.py imports changes its export, and not its own hash.
    origin = exported.model if exported else None
    digest = workload.sha256 if origin is None else sha256_of(origin)
    files = tuple(library.write(context.run.path / "samples"))
    _record_inputs(library, context)
    if "onnx" not in models:
        exact = samples.concrete(signature, library) if library.uniform else signature
        return Material(models, digest, exact, library, files, None, not_exported=_reason(exported))
    context.progress.say("asking the oracle")
    right = oracle.consult(models["onnx"], digest, files[:CHECKED_SAMPLES], patience)
    material = Material(models, digest, signature, library, files, right)
    return _with_fixed_shapes(material, context.run.path / "model.onnx") if library.uniform else material


def _reason(exported: conversion.Export | None) -> str | None:
    return exported.reason if exported else None


def require_inputs(workload: Workload, request: SelectRequest, labels: Labels | None) -> None:
    """Refuse inputs that do not fit before a run is begun, where the model tells what fits.

    Raises:
        BadInput: samples of another name, shape or type, a size that is missing, or labels of another number.
    """
    if workload.signature is None:
        return
    library = _library(workload, request, workload.signature, None)
    if labels is not None:
        labels.require_one_label_each(library)


def equip(
    specs: Sequence[CandidateSpec], material: Material, clock: PreparationClock, context: StudyContext
) -> dict[str, InferenceSpec]:
    """Build each candidate's environment and convert the model for it; who cannot be ready is settled.

    Who was admitted in an earlier life of the run is made ready again whatever the clock says.
    """
    contestants = {}
    admitted = {name for record in context.run.records(Admitted) for name in record.candidates}
    limit = context.request.race.prepare_budget
    for number, spec in enumerate(specs):
        context.progress.step(_PREPARING, number, len(specs), limit)
        identity = spec.candidate.id
        if spec.inapplicable:
            context.settle(identity, Status.INAPPLICABLE, spec.inapplicable)
            continue
        if clock.refusal and identity not in admitted:
            context.settle(identity, Status.ELIMINATED, clock.refusal)
            continue
        try:
            contestants[identity] = _contestant(spec, material, clock.patience, context)
        except Inapplicable as reason:
            context.settle(identity, Status.INAPPLICABLE, str(reason))
        except (EnvironmentFailed, TrialFailed) as reason:
            context.settle(identity, Status.FAILED, str(reason))
    context.progress.step(_PREPARING, len(specs), len(specs), limit)
    return contestants


def _record_inputs(library: SampleLibrary, context: StudyContext) -> None:
    """What the candidates are fed, and what there is to say about it."""
    inputs = Inputs(
        source=library.source,
        generated=library.generated,
        batch=library.batch,
        queries=len(library.samples),
        warnings=tuple(audit_samples(library.samples, generated=library.generated)),
    )
    context.keep(inputs)


def _with_fixed_shapes(material: Material, copy: Path) -> Material:
    """Every shape that follows from the samples, in an ONNX file too where the own one leaves some open.

    Converters need them, and a native loader that is not told them pays for shapes that never come.
    """
    own_file = material.models["onnx"]
    graph = onnx.load(str(own_file), load_external_data=False)
    signature = with_output_shapes(
        graph, samples.concrete(material.signature, material.library), material.right
    )
    material = replace(material, signature=signature)
    whole = onnx.load(str(own_file)) if leaves_shapes_open(graph) else None
    small = whole is not None and whole.ByteSize() < _LARGEST_COPY_BYTES
    fixed = fix_shapes(whole, signature) if whole is not None and small else None
    if fixed is None:
        return material
    onnx.save(fixed, str(copy))
    return replace(material, models={**material.models, "onnx": copy}, own_file=own_file)


def _export(workload: Workload, context: StudyContext) -> conversion.Export:
    exporters = [
        p for p in discover("frameworks").values() if workload.format in getattr(p.module, "EXPORTS", ())
    ]
    if not exporters:
        raise BadInput(f"{workload.path}: no installed framework file exports {workload.format} models")
    plugin = exporters[0]
    try:
        environment = environment_of(plugin, plugin.module.VERSION, "convert", context)
    except EnvironmentFailed as error:
        raise BadInput(f"{workload.path}: cannot be exported to ONNX: {error}") from None
    context.progress.say(f"exporting {workload.name} to ONNX")
    asked = context.request.work.samples
    own = Path(asked).expanduser() if asked else None
    folder, patience = context.run.path / "export", context.request.race.timeout
    job = conversion.ExportJob(plugin, environment, workload.path, folder, own, patience)
    exported = conversion.export(job)
    if exported.model is None:
        context.progress.say(
            f"not exported, so that only {plugin.module.TITLE} can run it: {exported.reason}"
        )
    return exported


def _library(
    workload: Workload, request: SelectRequest, signature: Signature, exported: conversion.Export | None
) -> SampleLibrary:
    asked = request.work
    chosen = Path(asked.samples) if asked.samples else workload.samples
    if chosen is not None:
        return samples.read_library(chosen, signature, asked.batch_size)
    if exported is not None and exported.samples:
        source = f"inputs() of {workload.path.name}"
        return samples.from_tensor_files(exported.samples, signature, asked.batch_size, source)
    graph = workload.path if exported is None else exported.model
    vocabulary = vocabulary_sizes(onnx.load(str(graph), load_external_data=False)) if graph else {}
    return samples.generate(signature, asked.dims, vocabulary, request.race.seed, asked.batch_size)


def _contestant(
    spec: CandidateSpec, material: Material, patience: float, context: StudyContext
) -> InferenceSpec:
    runtime = runtime_of(spec, context)
    converted = _converted(spec, runtime, material, patience, context)
    if converted.cost is not None:
        context.keep(ConversionCost(spec.candidate.id, converted.cost, converted.spent))
    work = Inference(
        model=converted.model,
        own_file=material.own_file if converted.model == material.models.get("onnx") else None,
        signature=conversion.signature_json(material.signature),
        samples=material.files,
        units_per_query=material.library.batch / context.run.manifest.functional_unit.samples,
        uniform=material.library.uniform,
    )
    return launch_spec(spec, runtime, work, context)


def _converted(
    spec: CandidateSpec,
    runtime: Environment,
    material: Material,
    patience: float,
    context: StudyContext,
) -> conversion.Conversion:
    plugin, version = spec.plugin, spec.candidate.version
    chosen = next((name for name in plugin.module.ACCEPTS if name in material.models), None)
    if chosen is None:
        raise Inapplicable(f"the model could not be exported to ONNX: {material.not_exported}")
    if not conversion.needed(plugin.module, chosen, spec.settings):
        return conversion.Conversion(material.models[chosen])
    converter = runtime
    if "convert" in plugin.module.PACKAGES and context.request.candidates.environment == "isolated":
        converter = environment_of(plugin, version, "convert", context)
        if converter.interpreter != runtime.interpreter:  # equal pins share one, which is downloaded once
            record_environment(BuiltConverter, spec, converter, context)
    context.progress.say(f"converting for {plugin.module.TITLE}")
    job = conversion.ConversionJob(
        plugin=plugin,
        environment=converter,
        source=material.models[chosen],
        digest=material.model_digest if chosen == "onnx" else material.digest,
        signature=material.signature,
        settings=spec.settings,
        retry=context.request.candidates.retry,
        patience=patience,
    )
    return _convert(job, material)


def _convert(job: conversion.ConversionJob, material: Material) -> conversion.Conversion:
    """The conversion of our copy; where that fails, of the user's own file."""
    try:
        return conversion.convert(job)
    except TrialStopped:
        raise
    except TrialFailed:
        if material.own_file is None:
            raise
        own = replace(job, source=material.own_file, digest=material.digest)
        with suppress(Inapplicable, TrialFailed):
            return conversion.convert(own)
        raise
