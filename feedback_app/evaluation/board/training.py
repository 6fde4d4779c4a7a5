"""What the criticism of units points to: something to learn, or a process to mend."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from feedback_app.evaluation.board.rates import Share, share_of
from feedback_app.evaluation.board.rules import FEW
from feedback_app.evaluation.board.trends import AspectTrend, Stance, Voices
from feedback_app.nlp.labels import ASPECT_ELEMENTS, Aspect


class Need(enum.StrEnum):
    """What helps against a criticism; a long queue is no lack of skill, so it is not answered with a course."""

    TECHNICAL = "technical"
    SERVICE = "service"
    DIGITAL = "digital"
    PROCESS = "process"


NEEDS: Final = MappingProxyType(
    {
        Aspect.COMPETENCE: Need.TECHNICAL,
        Aspect.PRODUCT_ERROR: Need.TECHNICAL,
        Aspect.REQUIREMENTS: Need.TECHNICAL,
        Aspect.CONDUCT: Need.SERVICE,
        Aspect.DISCRIMINATION: Need.SERVICE,
        Aspect.NOT_SERVED: Need.SERVICE,
        Aspect.ONLINE_SYSTEM: Need.DIGITAL,
        Aspect.DATA_PRIVACY: Need.DIGITAL,
        Aspect.DELAY: Need.PROCESS,
        Aspect.QUEUE_HOURS: Need.PROCESS,
        Aspect.PROCEDURE: Need.PROCESS,
    }
)


@dataclass(frozen=True, slots=True)
class TrainingNeed:
    """One need of a unit: the critical texts that point to it among all critical ones, the aspects with enough of them.

    `elements` are the keys of the survey's elements that ask about the same, for reading its results beside.
    """

    need: Need
    share: Share
    aspects: tuple[AspectTrend, ...]
    elements: tuple[str, ...]


def training_needs(found: Voices) -> list[TrainingNeed]:
    """Return the needs that at least ten critical texts point to, the most frequent first."""
    told = [one for one in found.aspects if one.stance is Stance.CRITICISM and one.now >= FEW]
    whole = sum(one.now for one in told)
    needs = [_need(need, [one for one in told if NEEDS.get(one.aspect) is need], whole) for need in Need]
    return sorted((need for need in needs if need), key=lambda one: (-(one.share.part // FEW), one.need))


def _need(need: Need, aspects: Sequence[AspectTrend], whole: int) -> TrainingNeed | None:
    if not aspects:
        return None
    elements = dict.fromkeys(key for one in aspects for key in ASPECT_ELEMENTS[one.aspect][:1])
    ordered = sorted(aspects, key=lambda one: (-(one.now // FEW), one.aspect))
    return TrainingNeed(need, share_of(sum(one.now for one in aspects), whole), tuple(ordered), tuple(elements))
