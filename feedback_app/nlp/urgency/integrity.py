"""Does somebody say that money was asked for or an office abused? Asked apart from the labels, and answered sooner.

Such a message must not reach the unit it speaks of, so a wrong yes costs somebody else a look, and a wrong no may cost
the reporter their safety. Therefore no abstention here: a fifth of the probability is enough.
"""

from __future__ import annotations

from typing import Final

from feedback_app.nlp.labels import Aspect
from feedback_app.nlp.urgency.rules import urgent_rule
from feedback_app.nlp.urgency.urgent_words import RULES

INTEGRITY_ASPECTS: Final = frozenset({Aspect.ILLEGAL_LEVY, Aspect.ABUSE_OF_POWER})

LEAST_PROBABILITY: Final = 0.20
"""Of 651 messages by a second author it finds, with the rules, 79 % of those that allege such a thing, and 84 % of its
flags do (model card)."""

SURELY_PRAISE: Final = 0.5

_RULES: Final = tuple(rule for rule in RULES if rule.name in {aspect.value for aspect in INTEGRITY_ASPECTS})


def speaks_of_integrity(line: str, *, aspect_probability: float, praise_probability: float) -> bool:
    """Tell whether a message alleges illegal levy or abuse of power.

    Parameters
    ----------
    line : str
        Tokens from `tokens.analyse`.
    aspect_probability : float
        The model's probability of the two aspects together, 0 to 1.
    praise_probability : float
        The model's probability that the message is praise, 0 to 1; sure praise silences the model, never the rules.
    """
    return by_written_rules(line) or (praise_probability < SURELY_PRAISE and aspect_probability >= LEAST_PROBABILITY)


def by_written_rules(line: str) -> bool:
    """Tell whether the written rules alone say so, of tokens from `tokens.analyse`.

    They guard themselves against praise ("bebas pungli"), so praise that holds an allegation too is one.
    """
    return urgent_rule(line, _RULES) is not None
