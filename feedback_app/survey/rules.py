"""The words a survey is stored in, and the limits that protect its respondents. Pure.

The questionnaire of PermenPANRB 14/2017 asks for day, hours, sex, age, education and occupation, and for no name, NIK
or telephone number. What is stored is coarser still, so that no response can be laid beside a submission.
"""

from __future__ import annotations

import enum
from datetime import time
from typing import Final

SMALLEST_PUBLISHED: Final = 10
"""The least number of respondents of whom a figure is shown to the public."""

SMALLEST_GROUP: Final = 5
"""The least number of people of one sex, age, education or occupation that is told as a number."""

OPEN_STEP: Final = 10
"""The least number of new answers of one unit and service after which figures of an open period change.

Who sees somebody fill the form and the figures before and after would otherwise read that one answer off them.
"""

MOST_QUESTIONS: Final = 40
MOST_OPTIONS: Final = 6
MOST_BATCH_ROWS: Final = 20_000
MOST_POPULATION: Final = 100_000_000


class PeriodState(enum.StrEnum):
    """How far a survey period is. A reported one was run before the platform and has results only."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    REPORTED = "reported"


class Averaging(enum.StrEnum):
    """How several services make the index of their unit, or several units that of their agency."""

    MEAN = "mean"  # the mean of their indexes: a small one counts as much as a large one
    POOLED = "pooled"  # all questionnaires together: every respondent counts the same


class MissingRule(enum.StrEnum):
    """What the divisor of an element is where some left it blank (the method divides by filled questionnaires)."""

    PER_ELEMENT = "per_element"  # each question by the number of its own answers
    COMPLETE = "complete"  # only questionnaires with every question inside the index answered


class SurveyChannel(enum.StrEnum):
    """How a questionnaire reached the platform."""

    WEB = "web"
    COUNTER = "counter"  # by the code of a visit, or the QR of a counter
    KIOSK = "kiosk"
    PAPER = "paper"
    IMPORTED = "imported"


class HourBand(enum.StrEnum):
    """The hours of the official form: 08.00-12.00 and 13.00-17.00, and everything else."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    OTHER = "other"


class Sex(enum.StrEnum):
    """As the official form asks: L or P."""

    MALE = "male"
    FEMALE = "female"


class AgeBand(enum.StrEnum):
    """The form asks for years; only the band is stored, so that nobody is known by their age."""

    BELOW_20 = "below_20"
    FROM_20 = "20_29"
    FROM_30 = "30_39"
    FROM_40 = "40_49"
    FROM_50 = "50_59"
    FROM_60 = "60_above"


class Education(enum.StrEnum):
    """The highest school left with a certificate."""

    SD = "sd"
    SMP = "smp"
    SMA = "sma"
    DIPLOMA = "diploma"
    S1 = "s1"
    S2 = "s2"
    S3 = "s3"


class Occupation(enum.StrEnum):
    """What somebody works as, in the groups of the form."""

    PNS = "pns"
    TNI = "tni"
    POLRI = "polri"
    PRIVATE = "private"
    SELF_EMPLOYED = "self_employed"
    OTHER = "other"


class Trait(enum.StrEnum):
    """What respondents are counted by."""

    SEX = "sex"
    AGE = "age"
    EDUCATION = "education"
    OCCUPATION = "occupation"
    HOURS = "hours"
    DAY = "day"


class BatchKind(enum.StrEnum):
    """How questionnaires on paper came in: typed one by one, or read from a file."""

    TYPED = "typed"
    FILE = "file"


class BatchState(enum.StrEnum):
    """Whether the questionnaires of a batch count."""

    KEPT = "kept"
    UNDONE = "undone"


class AnswerOrder(enum.StrEnum):
    """How the columns of a file were named: by key, or by number in one of the two orders of the regulation.

    The list of elements and the form of PermenPANRB 14/2017 differ in numbers 8 and 9, so that a number alone says
    nothing.
    """

    KEYS = "keys"
    FORM = "form"
    LIST = "list"


class ResultLevel(enum.StrEnum):
    """Of what a result speaks."""

    SERVICE = "service"
    UNIT = "unit"
    AGENCY = "agency"


class ActionStatus(enum.StrEnum):
    """How far a planned improvement is."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    DROPPED = "dropped"


def age_band(years: int) -> AgeBand:
    """Return the band of an age in whole years.

    >>> age_band(19).value, age_band(20).value, age_band(71).value
    ('below_20', '20_29', '60_above')
    """
    floors = ((60, AgeBand.FROM_60), (50, AgeBand.FROM_50), (40, AgeBand.FROM_40), (30, AgeBand.FROM_30))
    above = next((band for floor, band in floors if years >= floor), None)
    if above is not None:
        return above
    return AgeBand.FROM_20 if years >= 20 else AgeBand.BELOW_20


def hour_band(at: time) -> HourBand:
    """Return the band of a time of day; noon to 13.00 is neither, as on the form."""
    if time(8) <= at < time(12):
        return HourBand.MORNING
    return HourBand.AFTERNOON if time(13) <= at < time(17) else HourBand.OTHER
