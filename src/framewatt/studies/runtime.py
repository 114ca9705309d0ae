"""The environment that a candidate runs in, recorded with what it took, and how it is started there."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from framewatt.candidates import environments
from framewatt.metering.host.inspection import reservable_cpus, usable_cpus
from framewatt.runs.records import BuiltEnvironment
from framewatt.trials.process import python_environment, python_worker
from framewatt.trials.trial import LaunchSpec, Work

if TYPE_CHECKING:
    from framewatt.candidates.enumeration import CandidateSpec
    from framewatt.candidates.environments import Environment
    from framewatt.discovery import Plugin
    from framewatt.studies.context import StudyContext

_Work = TypeVar("_Work", bound=Work)


def runtime_of(spec: CandidateSpec, context: StudyContext) -> Environment:
    """The environment that a candidate runs in, built on first use; what it took is recorded.

    Raises:
        EnvironmentFailed, Inapplicable: there is none, with the reason.
    """
    plugin, version = spec.plugin, spec.candidate.version
    if context.request.candidates.environment == "current":
        runtime = environments.current_interpreter(environments.spec_for(plugin, version, "runtime"))
    else:
        runtime = environment_of(plugin, version, "runtime", context)
    record_environment(BuiltEnvironment, spec, runtime, context)
    return runtime


def launch_spec(
    spec: CandidateSpec, runtime: Environment, work: _Work, context: StudyContext
) -> LaunchSpec[_Work]:
    """What it takes to start a candidate in its environment: it holds the last of the CPUs on offer.

    As shipped it holds all of them, and no variable tells it how many threads to have.
    """
    shipped = spec.as_shipped
    threads = reservable_cpus() if shipped else int(spec.settings["threads"])
    return LaunchSpec(
        candidate=spec.candidate.id,
        command=tuple(python_worker(runtime.interpreter, spec.plugin.path)),
        environment=python_environment(None if shipped else threads),
        cpus=usable_cpus()[-threads:],
        settings=spec.settings,
        work=work,
        patience=context.request.race.timeout,
        reserved_share=1.0 if shipped else threads / context.run.manifest.host.logical_cpus,
    )


def record_environment(
    kind: type[BuiltEnvironment], spec: CandidateSpec, environment: Environment, context: StudyContext
) -> None:
    """What an environment of a candidate took to make."""
    record = kind(
        candidate=spec.candidate.id,
        interpreter=str(environment.interpreter),
        packages=environment.packages,
        download_bytes=environment.download_bytes,
        installed_bytes=environment.installed_bytes,
        resolve=environment.resolve,
        install=environment.install,
        first_import=environment.first_import,
        second_import=environment.second_import,
        built_now=environment.built_now,
    )
    context.keep(record)


def environment_of(plugin: Plugin, version: str, role: str, context: StudyContext) -> Environment:
    """The isolated environment of a framework for a role; the user's packages come where its code runs."""
    exports = context.run.manifest.workload.format in getattr(plugin.module, "EXPORTS", ())
    runs_own_code = exports or hasattr(plugin.module, "describe")
    needed = getattr(plugin.module, "NEEDS", {}).get(context.run.manifest.workload.format, ())
    extra = (*needed, *context.request.candidates.packages) if runs_own_code else ()
    spec = environments.spec_for(plugin, version, role, extra)
    return environments.provide(spec, plugin, context.progress.building)
