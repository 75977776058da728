"""What a diagnosis says: findings, each with its number and threshold, remedies, and all of it as text or data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from textwrap import fill
from typing import TYPE_CHECKING, Any

from glassprop.ground.in_notebook import InNotebook

if TYPE_CHECKING:
    from glassprop.diagnosis.measured import Measured

WIDTH = 80


@dataclass(frozen=True)
class Remedy:
    """A remedy for a finding, and its effect if it was tried.

    Attributes
    ----------
    name : str
        Of the table of remedies.
    words : str
        What to do, as an instruction.
    arguments : mapping
        Arguments of the estimator to set; empty if the data have to change, or if it is only advice.
    before, after : float or None
        The validation cost of a short run without and with it; None where it was not tried.
    cost : float
        The cost of trying it, in training runs.
    helped : bool
        Whether that cost fell by more than chance explains; a remedy that was tried and did not help is not advised.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> diagnosis = MLPClassifier((8,), learning_rate_init=1e-6, random_state=0).diagnose(X, y)
    >>> best = diagnosis.findings[0].remedies[0]
    >>> best.tried, best.helped, best.after < best.before
    (True, True, True)
    """

    name: str
    words: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    before: float | None = None
    after: float | None = None
    cost: float = 0.0
    helped: bool = False

    @property
    def advised(self) -> bool:
        """Whether it helped, or could not be tried."""
        return self.helped or not self.tried

    @property
    def tried(self) -> bool:
        return self.after is not None

    @property
    def gain(self) -> float:
        """By how much it lowered the validation cost; 0 where it was not tried."""
        return 0.0 if self.before is None or self.after is None else self.before - self.after

    def to_dict(self) -> dict[str, Any]:
        """As plain data; a cost that is no number is None."""
        costs = {name: _number(value) for name, value in (("before", self.before), ("after", self.after))}
        return {**asdict(self), "arguments": _plain(self.arguments), **costs, "tried": self.tried}


@dataclass(frozen=True)
class Finding:
    """Something that keeps a network from learning.

    Attributes
    ----------
    kind : str
        A key of ``SYMPTOMS``.
    number, threshold : float
        What was measured, and where a finding begins.
    source : str
        Where the threshold comes from.
    where : str
        The layer or the column; empty where it is the whole.
    sentence : str
        The finding as a sentence.
    follows_from : str
        The kind of the finding that explains this one; empty where it stands by itself.
    remedies : tuple of Remedy
        The best first.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> diagnosis = MLPClassifier((8,), learning_rate_init=1e-6, random_state=0).diagnose(X, y, budget=0)
    >>> found = next(each for each in diagnosis.findings if each.kind == "rate-too-low")
    >>> found.number < found.threshold
    True
    """

    kind: str
    number: float
    threshold: float
    source: str
    where: str
    sentence: str
    follows_from: str = ""
    remedies: tuple[Remedy, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain data; a number that is none (NaN, infinity) is None."""
        plain = asdict(self)
        plain["number"] = self.number if isfinite(self.number) else None
        plain["remedies"] = [remedy.to_dict() for remedy in self.remedies]
        return plain


@dataclass(frozen=True)
class Diagnosis(InNotebook):
    """What was found.

    Attributes
    ----------
    findings : tuple of Finding
        Findings that no other explains, causes before their possible effects.
    measured : Measured
        All that was measured.
    cost : float
        The cost of the diagnosis, in epochs over all rows (one forward and backward pass over each row), without the
        training.
    consequences : tuple of Finding
        Those that a finding explains.
    trained : int
        Epochs of the training that was made for the diagnosis; 0 where the model was fitted already.
    tried : float
        The cost of trying remedies, in training runs.
    looked_at : str
        Which network it is of, where there are several.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> diagnosis = MLPClassifier((8,), learning_rate_init=1e-6, random_state=0).diagnose(X, y, budget=0)
    >>> diagnosis.healthy, diagnosis.findings[0].kind in diagnosis.kinds
    (False, True)
    """

    findings: tuple[Finding, ...]
    measured: Measured
    cost: float
    consequences: tuple[Finding, ...] = ()
    trained: int = 0
    tried: float = 0.0
    looked_at: str = ""

    @property
    def healthy(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the findings, without repetition."""
        return tuple(dict.fromkeys(finding.kind for finding in self.findings))

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain numbers and strings, ready for JSON."""
        return {
            "findings": [finding.to_dict() for finding in self.findings],
            "consequences": [finding.to_dict() for finding in self.consequences],
            "looked_at": self.looked_at,
            "measured": self.measured.to_dict(),
            "cost": {"epochs": self.cost, "trained_epochs": self.trained, "remedies_in_trainings": self.tried},
        }

    def __str__(self) -> str:
        lines = [self._head()]
        if self.looked_at:
            lines.append(_paragraph(f"Looked at: {self.looked_at}.", ""))
        for number, finding in enumerate(self.findings, start=1):
            lines += ["", *_told(f"{number}. ", finding)]
        if self.consequences:
            kinds = dict.fromkeys(f"{one.kind} (from {one.follows_from})" for one in self.consequences)
            lines += ["", _paragraph("What follows from these: " + ", ".join(kinds) + ".", "")]
        if self.measured.left_out:
            lines += ["", _paragraph("Not looked at: " + "; ".join(self.measured.left_out) + ".", "")]
        return "\n".join(lines)

    def _head(self) -> str:
        n = len(self.findings)
        said = "Nothing was found that keeps this network from learning" if not n else f"{n} finding{'s' * (n > 1)}"
        took = f"{self.cost:.1f} epochs of measuring"
        took += f", a training run of {self.trained} epoch{'s' * (self.trained > 1)}" if self.trained else ""
        took += f", remedies tried in {self.tried:.2g} training runs" if self.tried else ""
        return _paragraph(f"{said} ({took}).", "")


def _told(mark: str, finding: Finding) -> list[str]:
    """A finding as lines of text."""
    of = f", {finding.where}" if finding.where else ""
    indent = " " * len(mark)
    lines = [_paragraph(f"{mark}{finding.kind}{of}: {finding.sentence}", indent)]
    beyond = f"{finding.number:.3g}, where {finding.threshold:.3g} is the threshold ({finding.source})"
    lines.append(_paragraph(f"{indent}Measured: {beyond}.", indent))
    for remedy in (one for one in finding.remedies if one.advised):
        seen = f"validation cost {_change(remedy)}" if remedy.tried else "not tried"
        lines.append(_paragraph(f"{indent}- {remedy.name}: {remedy.words} ({seen})", indent + "  "))
    vain = [f"{remedy.name} ({_change(remedy)})" for remedy in finding.remedies if not remedy.advised]
    if vain:
        lines.append(_paragraph(f"{indent}Tried without success: {', '.join(vain)}", indent + "  "))
    return lines


def _change(remedy: Remedy) -> str:
    before, after = (
        "none" if value is None or not isfinite(value) else f"{value:.4g}" for value in (remedy.before, remedy.after)
    )
    return f"{before} -> {after}"


def _number(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _paragraph(text: str, indent: str) -> str:
    return fill(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    known = (str, int, float, bool, type(None))
    return {name: value if isinstance(value, known) else str(value) for name, value in arguments.items()}
