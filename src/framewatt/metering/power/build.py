"""From a machine's description to its power model."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from framewatt.errors import BadInput
from framewatt.metering.power.cpus import identify
from framewatt.metering.power.model import PowerModel
from framewatt.metering.power.parameters import Machine, Parameters, fitted
from framewatt.records import Scope

if TYPE_CHECKING:
    from framewatt.metering.power.cpus import CpuIdentity
    from framewatt.records import Host

_BASIS = {
    "generation": "wall power of machines of this CPU generation ({}) in public SPECpower results",
    "slice": "the share of a typical server of this CPU generation ({}), from public SPECpower results",
    "year": "public SPECpower results of like year, size and maker; none of this generation ({}) among them",
    "tdp": "its thermal design power alone, over machines of public SPECpower results",
    "nothing": "a typical server of public SPECpower results: nothing is known of this CPU",
}
_SPREAD = {"year": "tdp"}  # known as little, until a machine of the generation was published
_MOST_THREADS_PER_CORE = 2
_AT_FULL_CLOCK = 0.95  # the highest clock is reached by the best core for a moment only
_CLOCK_STEPS = 20  # processes on one machine each measure its clock, and should hold one model
_TYPICAL_CORES_PER_SOCKET = {"server": 32, "client": 8}


def power_model(  # noqa: PLR0913 - a machine is described by this many things, all optional
    cpu: str,
    *,
    sockets: int = 1,
    cores: int | None = None,
    threads: int | None = None,
    memory_gb: float | None = None,
    tdp_w: float | None = None,
    scope: str = "wall",
) -> PowerModel:
    """The power model of a machine.

    Args:
        cpu: the CPU's name as the kernel or a vendor spells it.
        sockets: CPUs in the machine.
        cores: physical cores of all sockets together; by default typical of the CPU's kind.
        threads: hardware threads of all sockets together; by default two per core on x86, else one.
        memory_gb: memory in GB (10^9 or 2^30 bytes: the fit does not tell them apart).
        tdp_w: thermal design power of one CPU in W; by default looked up by name.
        scope: ``wall`` or ``package``.

    Raises:
        BadInput: a number that cannot be, or an unknown scope.
    """
    machine = describe(
        identify(cpu), sockets=sockets, cores=cores, threads=threads, memory_gb=memory_gb, tdp_w=tdp_w
    )
    return build(machine, _scope(scope), fitted())


def describe(  # noqa: PLR0913 - see power_model
    cpu: CpuIdentity,
    *,
    sockets: int = 1,
    cores: int | None = None,
    threads: int | None = None,
    memory_gb: float | None = None,
    tdp_w: float | None = None,
) -> Machine:
    """A machine with what was not said filled in from its kind."""
    named = (("sockets", sockets), ("cores", cores), ("threads", threads), ("memory_gb", memory_gb))
    for name, value in (*named, ("tdp_w", tdp_w)):
        if value is not None and not 0 < value < math.inf:
            raise BadInput(f"{name} must be positive, not {value}")
    smt = 1 if cpu.generation and cpu.generation.vendor == "arm" else 2
    if cores is None:
        cores = max(sockets, threads // smt) if threads else sockets * _typical_cores(cpu)
    if threads is None:
        threads = smt * cores
    if threads > _MOST_THREADS_PER_CORE * cores:  # cores were counted per socket
        cores *= sockets
    if cores < sockets:
        raise BadInput(
            f"{cores} cores cannot fill {sockets} sockets: count the cores of all sockets together"
        )
    return Machine(cpu, sockets, cores, max(threads, cores), memory_gb, tdp_w or cpu.tdp_watts)


def host_model(host: Host, scope: Scope = Scope.WALL, clock_share: float | None = None) -> PowerModel:
    """The model of this machine, or of the slice of a typical server that a virtual machine holds.

    `clock_share` is the measured clock of a busy thread over the CPU's highest, where both are known; it is
    taken in steps of 5 %.
    """
    model = _host_model(host, scope)
    if clock_share is None or clock_share > _AT_FULL_CLOCK:
        return model
    clock_share = max(1, round(clock_share * _CLOCK_STEPS)) / _CLOCK_STEPS
    clocked = model.at_clock(clock_share, **fitted().clock)
    basis = f"{model.basis}; less for a busy thread at {clock_share:.0%} of the CPU's highest clock"
    return replace(clocked, basis=basis)


def _host_model(host: Host, scope: Scope) -> PowerModel:
    cpu = identify(host.cpu_model, host.cpu_family, host.cpu_model_number)
    memory_gb = host.memory_bytes / 1e9
    if not host.virtual:
        machine = describe(
            cpu,
            sockets=host.sockets or 1,
            cores=host.physical_cores,
            threads=host.logical_cpus,
            memory_gb=memory_gb,
        )
        return build(machine, scope, fitted())
    machine = typical_server(cpu, memory_gb / host.logical_cpus)
    slice_of = build(machine, scope, fitted(), knowledge="slice" if cpu.generation else "nothing")
    return slice_of.scaled(host.logical_cpus / machine.threads, host.logical_cpus)


def typical_server(cpu: CpuIdentity, memory_gb_per_thread: float | None) -> Machine:
    """The two-socket server that a virtual machine with this CPU most likely runs on."""
    tdp = cpu.tdp_watts or (cpu.generation.typical_tdp_watts if cpu.generation else None)
    machine = describe(cpu, sockets=2, tdp_w=tdp)
    return replace(machine, memory_gb=memory_gb_per_thread and memory_gb_per_thread * machine.threads)


def _typical_cores(cpu: CpuIdentity) -> int:
    if cpu.generation and cpu.generation.typical_cores:
        return cpu.generation.typical_cores
    return _TYPICAL_CORES_PER_SOCKET[cpu.generation.platform if cpu.generation else "server"]


def build(machine: Machine, scope: Scope, parameters: Parameters, knowledge: str | None = None) -> PowerModel:
    """The model of `machine` under `parameters`: wall, or the package's share of it."""
    knowledge = knowledge or machine.knowledge
    generation = machine.cpu.generation
    unfitted = generation is not None and generation.name not in parameters.generations
    if unfitted and knowledge == "generation":
        knowledge = "year"
    basis = _BASIS[knowledge].format(generation.name if generation else "")
    if unfitted and knowledge == "slice":
        basis += "; no machine of just this generation is among them"
    if scope is Scope.WALL:
        levels, factors = parameters.levels(machine), parameters.spread[_SPREAD.get(knowledge, knowledge)]
    else:
        levels, factors = parameters.package_levels(machine), parameters.spread["package"]
        basis = "thermal design power, scaled as on machines with RAPL"
    return PowerModel(
        cpu=machine.cpu.name,
        scope=scope,
        threads=machine.threads,
        levels=tuple(round(float(level), 4) for level in levels),
        factors=tuple(tuple(round(float(value), 5) for value in row) for row in factors),
        basis=basis,
        exponent=round(parameters.bend["share"] * parameters.package_exponent(machine), 5),
        exponent_spread=parameters.bend["spread"],
        **parameters.program[scope.value],
    )


def _scope(scope: str) -> Scope:
    try:
        return Scope(scope)
    except ValueError:
        raise BadInput(f"unknown scope {scope!r}; known: wall, package") from None
