"""Which element of the survey a text or a reason given with a rating speaks of. Pure.

For reading complaints beside survey results only: nothing of it enters an index (PermenPANRB 14/2017 computes it from
the answers of the questionnaire alone). Each topic and each reason counts under one element, so that numbers add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from feedback_app.intake.rules import BadReason, GoodReason
from feedback_app.nlp.labels import Aspect


@dataclass(frozen=True, slots=True)
class SpeaksOf:
    """The element, and why."""

    element: str
    why: str


ASPECTS: Final[Mapping[Aspect, SpeaksOf]] = MappingProxyType(
    {
        Aspect.REQUIREMENTS: SpeaksOf("persyaratan", "What has to be brought or fulfilled is the element itself."),
        Aspect.INFORMATION: SpeaksOf(
            "persyaratan", "Who cannot find out about a service asks first of all what it takes."
        ),
        Aspect.PROCEDURE: SpeaksOf("prosedur", "The steps of a service are the element itself."),
        Aspect.NOT_SERVED: SpeaksOf("prosedur", "Who is sent away or left out met a course that leads nowhere."),
        Aspect.DELAY: SpeaksOf("waktu", "How long it takes until the product is there is the element itself."),
        Aspect.QUEUE_HOURS: SpeaksOf("waktu", "Waiting and opening hours are time that the service takes."),
        Aspect.FEE: SpeaksOf("biaya", "What is paid, and whether it is known before, is the element itself."),
        Aspect.ILLEGAL_LEVY: SpeaksOf("biaya", "It is money asked beyond what the tariff says."),
        Aspect.PRODUCT_ERROR: SpeaksOf("produk", "The result is not what the standard promises."),
        Aspect.COMPETENCE: SpeaksOf("kompetensi", "What staff know and can do is the element itself."),
        Aspect.CONDUCT: SpeaksOf("perilaku", "How staff treat people is the element itself."),
        Aspect.DISCRIMINATION: SpeaksOf("perilaku", "Some are treated worse than others by those who serve."),
        Aspect.ABUSE_OF_POWER: SpeaksOf("perilaku", "It is what somebody in office does to people."),
        Aspect.FACILITIES: SpeaksOf("sarana", "Rooms and equipment are the element itself."),
        Aspect.ACCESSIBILITY: SpeaksOf("sarana", "Ramps, signs and aids are equipment of the place."),
        Aspect.ONLINE_SYSTEM: SpeaksOf("sarana", "The system is what the service is given with."),
        Aspect.DATA_PRIVACY: SpeaksOf("sarana", "Keeping data safe is a matter of how files and systems are kept."),
        Aspect.COMPLAINT_HANDLING: SpeaksOf("pengaduan", "How complaints are dealt with is the element itself."),
    }
)
"""By aspect of the classifier. `other` speaks of no element."""

REASONS: Final[Mapping[GoodReason | BadReason, SpeaksOf]] = MappingProxyType(
    {
        BadReason.SLOW: SpeaksOf("waktu", "The rater says it took long."),
        GoodReason.FAST: SpeaksOf("waktu", "The rater says it was quick."),
        BadReason.COMPLICATED: SpeaksOf("prosedur", "The reason names requirements and course together."),
        GoodReason.CLEAR_PROCEDURE: SpeaksOf("prosedur", "The reason names requirements and course together."),
        BadReason.UNFRIENDLY: SpeaksOf("perilaku", "The rater speaks of how they were treated."),
        GoodReason.FRIENDLY: SpeaksOf("perilaku", "The rater speaks of how they were treated."),
        BadReason.NOT_COMPETENT: SpeaksOf("kompetensi", "The rater speaks of what staff know."),
        GoodReason.COMPETENT: SpeaksOf("kompetensi", "The rater speaks of what staff know."),
        BadReason.EXPENSIVE: SpeaksOf("biaya", "The rater speaks of the fee or of its being unclear."),
        GoodReason.FAIR_FEE: SpeaksOf("biaya", "The rater speaks of the fee."),
        BadReason.UNCOMFORTABLE: SpeaksOf("sarana", "The rater speaks of the place."),
        GoodReason.COMFORTABLE: SpeaksOf("sarana", "The rater speaks of the place."),
    }
)
"""By reason ticked with a rating: the rater's own word, no estimate."""
