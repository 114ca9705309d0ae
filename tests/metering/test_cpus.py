import pytest

from framewatt.metering.power.cpus import identify


@pytest.mark.parametrize(
    ("name", "generation", "tdp"),
    [
        ("Intel(R) Xeon(R) Platinum 8275CL CPU @ 3.00GHz", "Cascade Lake", 240),
        ("AMD EPYC 7742 64-Core Processor", "EPYC 2nd Gen", 225),
        ("Intel Xeon E3-1240V2", "Xeon E3 Ivy Bridge", 69),
        ("Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz", "Broadwell", 145),
        ("Quad-Core AMD Opteron(r) Processor 8376 HE", "Opteron K10", None),
        ("Ampere® Altra® 64-Bit Multi-Core Processor Q64-30", "Neoverse N1", None),
        ("Intel Xeon 6780E", "Sierra Forest", 330),
    ],
)
def test_a_cpu_is_known_by_any_spelling_of_its_name(name: str, generation: str, tdp: float | None) -> None:
    cpu = identify(name)
    assert cpu.generation is not None
    assert (cpu.generation.name, cpu.tdp_watts) == (generation, tdp)


def test_a_hidden_name_is_known_by_its_cpuid() -> None:
    cpu = identify("AMD EPYC", family=25, model=17)
    assert cpu.generation is not None
    assert cpu.generation.name == "EPYC 4th Gen"


def test_an_unknown_name_stays_unknown() -> None:
    cpu = identify("mystery")
    assert (cpu.generation, cpu.tdp_watts) == (None, None)
