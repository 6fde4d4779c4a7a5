"""The last word on urgency: the model's answer and the transparent rules together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from feedback_app.nlp.labels import Urgency
from feedback_app.nlp.reading import Label
from feedback_app.nlp.urgency.rules import urgent_rule

MODEL: Final = "model"
RULE_PREFIX: Final = "rule:"

SURELY_NORMAL: Final = 0.95
"""From this probability of being normal on, the rules are not asked: their words then stand in another sense."""

_RANK: Final = {None: 0, Urgency.NORMAL: 0, Urgency.HIGH: 1, Urgency.CRITICAL: 2}


def triage(
    line: str, model: Label, normal_probability: float, rule_confidences: Mapping[str, float]
) -> tuple[Label, str]:
    """Return the urgency of a message and what decided it.

    A rule raises the urgency or confirms it, and never lowers it.

    Parameters
    ----------
    line : str
        Tokens from `tokens.analyse`.
    model : Label
        The model's answer, None where it abstains.
    normal_probability : float
        The model's probability that the message is normal, 0 to 1.
    rule_confidences : mapping of rule name to float
        How often a rule was right in validation, 0 to 1.

    Returns
    -------
    (Label, str)
        The label, and "model" or "rule:" with the rule's name.
    """
    if normal_probability >= SURELY_NORMAL:
        return model, MODEL
    rule = urgent_rule(line)
    given = Urgency(model.value) if model.value else None
    if rule is None or _RANK[rule.urgency] < _RANK[given]:
        return model, MODEL
    confidence = rule_confidences.get(rule.name, 0.0)
    if given is rule.urgency:
        confidence = max(confidence, model.confidence)
    return Label(rule.urgency.value, confidence, rule.urgency.value), RULE_PREFIX + rule.name
