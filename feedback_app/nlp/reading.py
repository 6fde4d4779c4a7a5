"""What the classifier says about one text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from feedback_app.nlp.personal.pii import Span


@dataclass(frozen=True, slots=True)
class Label:
    """One head's answer: a value of its vocabulary, or None when the model does not know.

    `confidence` is the calibrated probability (0 to 1) of the likeliest value, also when abstaining; `best` is that
    value, empty where there was nothing to read.
    """

    value: str | None
    confidence: float
    best: str = ""


UNKNOWN = Label(None, 0.0)
"""The answer to a text without words."""

Ranked = tuple[tuple[str, float], ...]
"""Values with their probabilities, the likeliest first."""

Reasons = Mapping[str, tuple[tuple[str, float], ...]]
"""Head to the words that spoke for its likeliest label, with their weights, the weightiest first."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One text after redaction, with the answer of every head.

    `urgency_source` is "model", or "rule:" and the name of the transparent rule that decided. `integrity` tells whether
    the text alleges illegal levy or abuse of power; see `urgency.integrity`. `aspects` and `sectors` hold the three
    likeliest, whether answered or not; `aspect2` is a second aspect that is probably meant too. `why` is filled only
    where it was asked for.
    """

    redacted: str
    pii_kinds: tuple[str, ...]
    kind: Label
    sentiment: Label
    aspect: Label
    urgency: Label
    urgency_source: str
    integrity: bool = False
    language: Label = UNKNOWN
    aspect2: str | None = None
    aspects: Ranked = ()
    sectors: Ranked = ()
    abusive: bool = False
    spans: tuple[Span, ...] = ()
    why: Reasons = field(default_factory=dict)
    rare_grams: tuple[int, ...] = ()
