"""What the classifier says about one text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """One head's answer: a value of its vocabulary, or None when the model does not know.

    `confidence` is the calibrated probability (0 to 1) of the likeliest value, also when abstaining.
    """

    value: str | None
    confidence: float


UNKNOWN = Label(None, 0.0)
"""The answer to a text without words."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One text after redaction, with the answer of every head.

    `urgency_source` is "model", or "rule:" and the name of the transparent rule that decided. `integrity` tells whether
    the text alleges illegal levy or abuse of power; see `integrity`.
    """

    redacted: str
    pii_kinds: tuple[str, ...]
    kind: Label
    sentiment: Label
    aspect: Label
    urgency: Label
    urgency_source: str
    integrity: bool = False
