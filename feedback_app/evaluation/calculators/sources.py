"""Where a rule of a calculator comes from, and how surely. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Confidence(enum.StrEnum):
    """How surely a rule says what the regulation says."""

    FOUND = "found"  # read in more than one public source
    PRESS = "press"  # as newspapers and trainers tell it, not in the words of the annex
    UNCHECKED = "unchecked"  # not compared with the text of the regulation


@dataclass(frozen=True, slots=True)
class Source:
    """A regulation, and how surely its rule is told here."""

    regulation: str
    confidence: Confidence
