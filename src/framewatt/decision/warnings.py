"""What the reader of a decision must know: warnings with a code, a sentence and a remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from framewatt.carbon.basis import carbon_block
from framewatt.carbon.decided import RunFigures
from framewatt.carbon.restatement import views_warning
from framewatt.decision.audits import audit, audit_candidates, audit_feeding
from framewatt.metering.choice import reading_notes
from framewatt.metering.power.platform import platform_remainder
from framewatt.records import AuditWarning, Candidate, Objective, Phase, Provenance, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from framewatt.carbon.basis import CarbonBasis
    from framewatt.decision.findings import Findings
    from framewatt.records import MeterDescription


def notices_of(findings: Findings) -> list[AuditWarning]:
    """All warnings of a run."""
    windows = [m for rows in findings.measurements.values() for m in rows]
    raced = [
        name for name, rows in findings.measurements.items() if any(m.phase is Phase.STEADY for m in rows)
    ]
    return [
        *_setting(findings),
        *audit(sorted(windows, key=lambda m: m.started), findings.manifest.request.race.margin),
        *audit_candidates(_candidates(findings, raced)),
        *audit_feeding(windows),
    ]


def _candidates(findings: Findings, names: Sequence[str]) -> list[Candidate]:
    raced = map(findings.manifest.candidate, names)
    return [
        Candidate(line.framework, line.version, settings=tuple(line.settings.items()))
        for line in raced
        if line.equal_budget
    ]


def carbon_notices(document: Mapping[str, Any], own: CarbonBasis) -> Iterator[AuditWarning]:
    """Warnings about a document's carbon figures; `own` is the basis that the run began with."""
    for sentence in document["carbon"]["warnings"]:
        yield AuditWarning("grid-intensity", sentence, "state a figure of your own with --intensity or --pue")
    if warning := views_warning(RunFigures.from_json(document)):
        yield warning
    if document["objective"] == Objective.CARBON and document["carbon"] != carbon_block(own):
        yield AuditWarning(
            "decided-elsewhere",
            f"the race was decided for {own.intensity.region if own.intensity else 'no region'}; the scores "
            "shown rest on other carbon figures, under which another candidate may lead",
            "select again with these figures to decide by them",
        )


def _reach(meter: MeterDescription) -> Iterator[AuditWarning]:
    """What the meter's domains leave out, or take in, that a reader might not expect."""
    if meter.scope is Scope.PACKAGE:
        missed = platform_remainder(100.0)
        yield AuditWarning(
            "platform-remainder",
            f"{meter.name} does not see the whole machine; scores add a platform remainder of "
            f"{missed.low:.0f} to {missed.high:.0f} % ({missed.reason})",
            "a plug at the wall reads all of it: --meter plug",
        )
    gpus = [domain for domain in meter.domains if domain.startswith("gpu")]
    if gpus:
        yield AuditWarning(
            "gpu-idle-counted",
            f"what {', '.join(gpus)} draws while nothing runs on it counts for every candidate, those on the "
            "CPU too: reserving it is what costs it",
            "select on a machine without a GPU to see what the CPU alone costs",
        )


def _setting(findings: Findings) -> Iterator[AuditWarning]:
    if findings.manifest.meter.provenance is Provenance.ESTIMATED:
        yield AuditWarning(
            "energy-estimated",
            "this machine has no energy counter: energies are estimated from CPU seconds and idle power",
            "trust the ratios more than the joules; `framewatt doctor` says which counters are missing",
        )
    yield from _reach(findings.manifest.meter)
    for note in reading_notes(findings.manifest.meter.parameters):
        yield AuditWarning("meter-note", note, "see `framewatt doctor`, and name another meter with --meter")
    yield from findings.inputs.warnings if findings.inputs else ()
    if findings.overruled:
        yield AuditWarning(
            "oracle-overruled",
            f"the {findings.overruled} contradicts all candidates, which agree with each other: "
            "outputs are checked against their median instead",
            "judge by labels (--labels, --metric) if the outputs matter more than their agreement",
        )
    for own in findings.own_files:
        title = findings.manifest.candidate(own.candidate).title
        yield AuditWarning(
            "own-file",
            f"{title} runs your own file, whose shapes are open: our copy with the samples' shapes, which "
            f"the others get, fails there ({own.reason})",
            "its figures are those of your file as it is",
        )
    unknown = (check for check in findings.parities.values() if check.oracle.startswith("unknown: "))
    if unchecked := next(unknown, None):
        yield AuditWarning(
            "outputs-unchecked",
            f"nothing says whether outputs are right ({unchecked.oracle})",
            "judge by labels (--labels, --metric)",
        )
    asked = findings.manifest.request.race.incumbent
    names = {line.framework for line in findings.manifest.candidates}
    families = {line.family: line.framework for line in findings.manifest.candidates if line.family}
    if asked and asked not in names and asked in families:
        yield AuditWarning(
            "incumbent-absent",
            f"{asked} itself was not measured: this model only reached it as a converted graph",
            f"hand over the model as {asked} code, or compare with --incumbent {families[asked]}",
        )
