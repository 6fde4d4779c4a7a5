"""Draw filled questionnaires: whole sheets at once, so that thousands take a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any, Final, TypeVar

import numpy as np

from feedback_app.survey.rules import AgeBand, Education, HourBand, Occupation, Sex, SurveyChannel

Named = TypeVar("Named")

PERSON_SPREAD: Final = 0.40
ANSWER_SPREAD: Final = 0.55
BLANK_ON_THE_WEB: Final = 0.012
UNTOLD: Final = 0.04
_SEXES: Final = {Sex.FEMALE: 0.54, Sex.MALE: 0.46}
_AGES: Final = {
    AgeBand.BELOW_20: 0.06, AgeBand.FROM_20: 0.27, AgeBand.FROM_30: 0.29, AgeBand.FROM_40: 0.21,
    AgeBand.FROM_50: 0.12, AgeBand.FROM_60: 0.05,
}  # fmt: skip
_EDUCATIONS: Final = {
    Education.SD: 0.10, Education.SMP: 0.14, Education.SMA: 0.42, Education.DIPLOMA: 0.10, Education.S1: 0.20,
    Education.S2: 0.035, Education.S3: 0.005,
}  # fmt: skip
_OCCUPATIONS: Final = {
    Occupation.PNS: 0.10, Occupation.TNI: 0.02, Occupation.POLRI: 0.02, Occupation.PRIVATE: 0.30,
    Occupation.SELF_EMPLOYED: 0.28, Occupation.OTHER: 0.28,
}  # fmt: skip

_TRAITS: Final[tuple[Mapping[Any, float], ...]] = (_SEXES, _AGES, _EDUCATIONS, _OCCUPATIONS)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Some questionnaires of one place; `means` of the answers in the order of its questions, days to fill them on."""

    count: int
    means: Sequence[float]
    days: Sequence[date]
    channels: Mapping[str, float]
    mornings: float


@dataclass(frozen=True, slots=True)
class FilledRow:
    """One questionnaire as it is stored, but for where."""

    id: int
    entry_key: bytes
    channel: SurveyChannel
    day: date
    hours: HourBand
    sex: str | None
    age: str | None
    education: str | None
    occupation: str | None
    answers: list[int | None]


def filled_rows(sheet: Sheet, rng: Random) -> list[FilledRow]:
    """Return the questionnaires of a sheet."""
    if not sheet.days or not sheet.count:
        return []
    draw = np.random.default_rng(rng.getrandbits(64))
    channels = _pick(draw, {SurveyChannel(name): share for name, share in sheet.channels.items()}, sheet.count)
    answers = _answers(draw, sheet, [channel is SurveyChannel.WEB for channel in channels])
    traits = [_told(draw, shares, sheet.count) for shares in _TRAITS]
    hours = _hours(draw, sheet, channels)
    on = draw.integers(0, len(sheet.days), sheet.count)
    return [
        FilledRow(
            rng.getrandbits(62), rng.randbytes(16), channels[n], sheet.days[on[n]], hours[n],
            traits[0][n], traits[1][n], traits[2][n], traits[3][n], answers[n],
        )
        for n in range(sheet.count)
    ]  # fmt: skip


def _answers(draw: np.random.Generator, sheet: Sheet, may_be_blank: Sequence[bool]) -> list[list[int | None]]:
    shape = (sheet.count, len(sheet.means))
    felt = draw.normal(0, PERSON_SPREAD, (sheet.count, 1)) + draw.normal(0, ANSWER_SPREAD, shape)
    given = np.clip(np.rint(np.asarray(sheet.means) + felt), 1, 4).astype(int)
    blank = (draw.random(shape) < BLANK_ON_THE_WEB) & np.asarray(may_be_blank)[:, None]
    blank[:, 0] = False  # a questionnaire without any answer is none
    return [
        [None if left else value for value, left in zip(row, gaps, strict=True)]
        for row, gaps in zip(given.tolist(), blank.tolist(), strict=True)
    ]


def _hours(draw: np.random.Generator, sheet: Sheet, channels: Sequence[SurveyChannel]) -> list[HourBand]:
    office = _pick(draw, {HourBand.MORNING: sheet.mornings, HourBand.AFTERNOON: 1 - sheet.mornings}, sheet.count)
    at_home = _pick(draw, {HourBand.MORNING: 0.4, HourBand.AFTERNOON: 0.35, HourBand.OTHER: 0.25}, sheet.count)
    return [
        mine if channel is SurveyChannel.WEB else theirs
        for channel, mine, theirs in zip(channels, at_home, office, strict=True)
    ]


def _told(draw: np.random.Generator, shares: Mapping[Any, float], count: int) -> list[str | None]:
    silent = draw.random(count) < UNTOLD
    return [None if hushed else str(one) for one, hushed in zip(_pick(draw, shares, count), silent, strict=True)]


def _pick(draw: np.random.Generator, shares: Mapping[Named, float], count: int) -> list[Named]:
    names, weights = list(shares), np.asarray(list(shares.values()))
    return [names[at] for at in draw.choice(len(names), count, p=weights / weights.sum())]
