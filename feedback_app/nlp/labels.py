"""The vocabularies of the heads, and how an aspect maps to the survey's elements.

Light on purpose: importing this module loads nothing but the standard library.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Kind(StrEnum):
    """What the author wants from the office."""

    COMPLAINT = "complaint"
    ASPIRATION = "aspiration"
    INFORMATION_REQUEST = "information_request"
    PRAISE = "praise"
    SPAM = "spam"


class Sentiment(StrEnum):
    """The author's stance towards the service; sarcasm counts by its meaning."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Aspect(StrEnum):
    """What the message is about: the eighteen aspects of the taxonomy, and the rest."""

    REQUIREMENTS = "requirements"
    PROCEDURE = "procedure"
    DELAY = "delay"
    QUEUE_HOURS = "queue_hours"
    NOT_SERVED = "not_served"
    FEE = "fee"
    ILLEGAL_LEVY = "illegal_levy"
    PRODUCT_ERROR = "product_error"
    COMPETENCE = "competence"
    CONDUCT = "conduct"
    DISCRIMINATION = "discrimination"
    ABUSE_OF_POWER = "abuse_of_power"
    FACILITIES = "facilities"
    ACCESSIBILITY = "accessibility"
    ONLINE_SYSTEM = "online_system"
    INFORMATION = "information"
    COMPLAINT_HANDLING = "complaint_handling"
    DATA_PRIVACY = "data_privacy"
    OTHER = "other"


class Urgency(StrEnum):
    """How soon a person must look."""

    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class Language(StrEnum):
    """The register a message is written in."""

    INDONESIAN = "id"
    INFORMAL = "id-informal"
    REGIONAL_MIX = "regional-mix"
    ENGLISH = "en"


class Sector(StrEnum):
    """The field of public service a message speaks of."""

    CIVIL_REGISTRY = "civil_registry"
    HEALTH = "health"
    LICENSING = "licensing"
    TAX = "tax"
    WATER = "water"
    ROADS = "roads"
    WASTE = "waste"
    TRANSPORT = "transport"
    EDUCATION = "education"
    SOCIAL_AID = "social_aid"
    LAND = "land"
    RELIGIOUS_AFFAIRS = "religious_affairs"
    POLICE_ORDER = "police_order"
    EMPLOYMENT = "employment"
    MARKET = "market"
    VILLAGE_OFFICE = "village_office"
    OTHER = "other"


class Tone(StrEnum):
    """Whether a message insults; an insult may stand around a grievance that is real."""

    CIVIL = "civil"
    ABUSIVE = "abusive"


ASPECT_CODES: Final = MappingProxyType(
    {aspect: f"A{number:02d}" for number, aspect in enumerate((a for a in Aspect if a is not Aspect.OTHER), start=1)}
)
"""Aspect to its taxonomy code, A01 to A18; `other` has none."""

ASPECT_ELEMENTS: Final = MappingProxyType(
    {
        Aspect.REQUIREMENTS: ("persyaratan", "prosedur"),
        Aspect.PROCEDURE: ("prosedur",),
        Aspect.DELAY: ("waktu",),
        Aspect.QUEUE_HOURS: ("waktu", "sarana"),
        Aspect.NOT_SERVED: ("prosedur", "perilaku"),
        Aspect.FEE: ("biaya",),
        Aspect.ILLEGAL_LEVY: ("biaya", "perilaku"),
        Aspect.PRODUCT_ERROR: ("produk",),
        Aspect.COMPETENCE: ("kompetensi",),
        Aspect.CONDUCT: ("perilaku",),
        Aspect.DISCRIMINATION: ("perilaku", "prosedur"),
        Aspect.ABUSE_OF_POWER: ("perilaku",),
        Aspect.FACILITIES: ("sarana",),
        Aspect.ACCESSIBILITY: ("sarana", "prosedur"),
        Aspect.ONLINE_SYSTEM: ("sarana", "prosedur"),
        Aspect.INFORMATION: ("persyaratan", "prosedur"),
        Aspect.COMPLAINT_HANDLING: ("pengaduan",),
        Aspect.DATA_PRIVACY: ("sarana",),
        Aspect.OTHER: (),
    }
)
"""Aspect to the keys of the satisfaction survey's elements, the primary one first.

For reading survey results beside complaints only: a topic never enters the index (PermenPANRB 14/2017 computes it
from the survey's answers alone).
"""

HEADS: Final = MappingProxyType({"kind": Kind, "sentiment": Sentiment, "aspect": Aspect, "urgency": Urgency})
"""The heads that people correct and figures count: name to vocabulary."""

ALL_HEADS: Final = MappingProxyType({**HEADS, "language": Language, "sector": Sector, "tone": Tone})
"""Every head of the model, in the order in which heads are trained and stored."""
