"""The environment that an entry runs in, built on first use and recorded with what it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewatt.candidates import environments
from framewatt.runs.records import BuiltEnvironment

if TYPE_CHECKING:
    from framewatt.candidates.enumeration import CandidateSpec
    from framewatt.candidates.environments import Environment
    from framewatt.discovery import Plugin
    from framewatt.studies.context import StudyContext


def runtime_of(entry: CandidateSpec, context: StudyContext) -> Environment:
    """The environment an entry runs in, built on first use; what it took is recorded.

    Raises:
        EnvironmentFailed, Inapplicable: there is none, with the reason.
    """
    plugin, version = entry.plugin, entry.candidate.version
    if context.request.candidates.environment == "current":
        runtime = environments.current_interpreter(environments.spec_for(plugin, version, "runtime"))
    else:
        runtime = environment_of(plugin, version, "runtime", context)
    record_environment(BuiltEnvironment, entry, runtime, context)
    return runtime


def record_environment(
    kind: type[BuiltEnvironment], entry: CandidateSpec, environment: Environment, context: StudyContext
) -> None:
    """What an environment of a candidate took to make."""
    record = kind(
        candidate=entry.candidate.id,
        interpreter=str(environment.interpreter),
        packages=environment.packages,
        download_bytes=environment.download_bytes,
        installed_bytes=environment.installed_bytes,
        resolve=environment.resolve,
        install=environment.install,
        first_import=environment.first_import,
        second_import=environment.second_import,
    )
    context.keep(record)


def environment_of(plugin: Plugin, version: str, role: str, context: StudyContext) -> Environment:
    """The isolated environment of a framework for a role; the user's packages come where its code runs."""
    exports = context.run.manifest.workload.format in getattr(plugin.module, "EXPORTS", ())
    runs_own_code = exports or hasattr(plugin.module, "describe")
    extra = context.request.candidates.packages if runs_own_code else ()
    spec = environments.spec_for(plugin, version, role, extra)
    return environments.provide(spec, plugin, context.progress.building)
