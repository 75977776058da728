"""The table of findings: of each kind what is looked at, from where on it is one, and where that number is from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from glassprop.diagnosis.finding import Diagnosis, Finding
from glassprop.diagnosis.measured import Measured


@dataclass(frozen=True)
class Seen:
    """What was seen of a symptom: its number, a sentence, and where."""

    number: float
    sentence: str
    where: str = ""


Look = Callable[[Measured, float], Sequence[Seen]]  # (measured, threshold)


@dataclass(frozen=True)
class Symptom:
    """An entry of the table.

    Attributes
    ----------
    look : callable (measured, threshold) -> what was seen beyond the threshold
    threshold : float
    source : str
        Where the threshold comes from.
    brings : tuple of str
        Kinds that this one explains where both are found.
    """

    look: Look
    threshold: float
    source: str
    brings: tuple[str, ...] = ()


def _unseen(measured: Measured, threshold: float) -> list[Seen]:
    return []


KINDS = (
    "wrong-derivative", "marks-for-missing", "inputs-unscaled", "target-unscaled", "output-and-cost", "leak",
    "contradicting-labels", "imbalance-ignored", "bad-start", "rate-too-high", "rate-too-low", "batch-too-small",
    "batch-too-large", "exploding-gradients", "vanishing-gradients", "saturated-units", "dead-units", "constant-units",
    "oscillation", "schedule-ended", "too-little-capacity", "stopped-too-early", "overfitting", "no-progress",
)  # fmt: skip

# Causes before what they may bring about: so findings are told.
SYMPTOMS: dict[str, Symptom] = {kind: Symptom(_unseen, 0.0, "") for kind in KINDS}


def diagnosis_of(measured: Measured, cost: float, trained: int = 0) -> Diagnosis:
    """Go through the table. cost: what measuring took, in epochs; trained: epochs of a training made for it."""
    found = [finding for kind in SYMPTOMS for finding in findings_of(kind, measured)]
    kinds = {finding.kind for finding in found}
    stand: list[Finding] = []
    follow: list[Finding] = []
    for finding in found:
        cause = next((kind for kind in SYMPTOMS if kind in kinds and finding.kind in SYMPTOMS[kind].brings), "")
        (follow if cause else stand).append(replace(finding, follows_from=cause) if cause else finding)
    return Diagnosis(tuple(stand), measured, cost, tuple(follow), trained)


def findings_of(kind: str, measured: Measured) -> list[Finding]:
    """What of this kind is found."""
    symptom = SYMPTOMS[kind]
    seen = symptom.look(measured, symptom.threshold)
    return [
        Finding(kind, float(one.number), symptom.threshold, symptom.source, one.where, one.sentence) for one in seen
    ]
