"""The tokens that stand for what was taken out of a text or only counted: no words of its author."""

from __future__ import annotations

from typing import Final

from feedback_app.nlp.text.normalise import PII_PLACEHOLDERS

PERSONAL: Final = frozenset(mask.strip() for mask in PII_PLACEHOLDERS.values())
"""What stands for personal data."""
