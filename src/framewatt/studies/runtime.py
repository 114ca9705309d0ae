"""The environment that an entry runs in, built on first use and recorded with what it took."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from framewatt.candidates import environments

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
    if context.request.environment == "current":
        runtime = environments.current_interpreter(environments.spec_for(plugin, version, "runtime"))
    else:
        runtime = environment_of(plugin, version, "runtime", context)
    record_environment("environment", entry, runtime, context)
    return runtime


def record_environment(
    kind: str, entry: CandidateSpec, environment: Environment, context: StudyContext
) -> None:
    """What an environment of a candidate took to make."""
    costs = {**asdict(environment), "interpreter": str(environment.interpreter)}
    context.run.append(kind, {"candidate": entry.candidate.id, **costs})


def environment_of(plugin: Plugin, version: str, role: str, context: StudyContext) -> Environment:
    """The isolated environment of a framework for a role; the user's packages come where its code runs."""
    exports = context.run.manifest["workload"]["format"] in getattr(plugin.module, "EXPORTS", ())
    runs_own_code = exports or hasattr(plugin.module, "describe")
    extra = context.request.packages if runs_own_code else ()
    spec = environments.spec_for(plugin, version, role, extra)
    return environments.provide(spec, plugin, context.progress.building)
