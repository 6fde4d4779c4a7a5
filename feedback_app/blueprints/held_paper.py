"""Questionnaires that were read and not stored yet: the page of the preview carries them itself, signed and packed.

So nothing lies on the server until somebody confirms, and nobody has to clear away what was never confirmed.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from feedback_app.errors import InvalidInputError
from feedback_app.survey.batches import FileRead
from feedback_app.survey.operations import Filled, Respondent
from feedback_app.survey.paper_file import BadCell
from feedback_app.survey.paper_values import Problem
from feedback_app.survey.rules import AgeBand, AnswerOrder, Education, HourBand, Occupation, Sex, SurveyChannel

HELD_SECONDS: Final = 2 * 3600
# Twenty thousand questionnaires of nine questions pack to less than a fifth of this.
HELD_BYTES_MAX: Final = 1024 * 1024
BAD_HELD: Final = 5_000
_NONE: Final = "-"

Kind = TypeVar("Kind", bound=enum.StrEnum)


class HeldTooLongError(InvalidInputError):
    """The preview is hours old, of somebody else, or was changed on its way."""

    code = "survey_preview_expired"


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file as it was previewed: for whom, and what of it would be stored."""

    period_id: int
    unit_id: int
    service_id: int | None
    file: FileRead
    filled: tuple[Filled, ...]


def held(held_file: HeldFile, user_id: int) -> str:
    """Return a previewed file as one word for a hidden field."""
    filled, file = held_file.filled, held_file.file
    first = min(one.answered_on for one in filled)
    keys = sorted({key for one in filled for key in one.answers})
    services = sorted({one.service_id for one in filled}, key=lambda one: one or 0)
    return _signer("file").dumps({
        "user": user_id, "period": held_file.period_id, "unit": held_file.unit_id, "service": held_file.service_id,
        "sha": file.sha256.hex(), "name": file.name, "order": file.order.value, "left_out": file.left_out,
        "first": first.isoformat(), "days": [(one.answered_on - first).days for one in filled],
        "services": services, "of_service": [services.index(one.service_id) for one in filled],
        "hours": _packed(HourBand, [one.hours for one in filled]),
        "sex": _packed(Sex, [one.respondent.sex for one in filled]),
        "age": _packed(AgeBand, [one.respondent.age for one in filled]),
        "education": _packed(Education, [one.respondent.education for one in filled]),
        "occupation": _packed(Occupation, [one.respondent.occupation for one in filled]),
        "answers": {key: "".join(str(one.answers.get(key, 0)) for one in filled) for key in keys},
    })  # fmt: skip


def read_held(word: str, user_id: int) -> HeldFile:
    """Return the file that a page carries.

    Raises
    ------
    HeldTooLongError
    """
    found = _loaded("file", word)
    if found["user"] != user_id:
        raise _gone()
    file = FileRead(bytes.fromhex(found["sha"]), found["name"], AnswerOrder(found["order"]), found["left_out"])
    return HeldFile(found["period"], found["unit"], found["service"], file, tuple(_rows(found)))


def held_bad(bad: Sequence[BadCell]) -> str:
    """Return what is wrong with a file as one word, for the list to download."""
    return _signer("bad").dumps([[one.row, one.column, one.text, one.problem.value] for one in bad[:BAD_HELD]])


def read_held_bad(word: str) -> list[BadCell]:
    """Return what was wrong with a file.

    Raises
    ------
    HeldTooLongError
    """
    return [BadCell(row, column, text, Problem(problem)) for row, column, text, problem in _loaded("bad", word)]


def _rows(found: dict[str, Any]) -> Sequence[Filled]:
    first, answers = date.fromisoformat(found["first"]), found["answers"]
    hours = _unpacked(HourBand, found["hours"])
    who = zip(
        _unpacked(Sex, found["sex"]), _unpacked(AgeBand, found["age"]), _unpacked(Education, found["education"]),
        _unpacked(Occupation, found["occupation"]), strict=True,
    )  # fmt: skip
    return [
        Filled(
            unit_id=found["unit"], service_id=found["services"][found["of_service"][at]],
            answered_on=first + timedelta(days=days),
            answers={key: int(given[at]) for key, given in answers.items() if given[at] != "0"},
            channel=SurveyChannel.IMPORTED, hours=hours[at], respondent=Respondent(*person),
        )
        for at, (days, person) in enumerate(zip(found["days"], who, strict=True))
    ]  # fmt: skip


def _packed(kind: type[Kind], values: Sequence[Kind | None]) -> str:
    places = {member: str(place) for place, member in enumerate(kind)}
    return "".join(_NONE if value is None else places[value] for value in values)


def _unpacked(kind: type[Kind], packed: str) -> list[Kind | None]:
    members: list[Kind] = list(kind)
    return [None if place == _NONE else members[int(place)] for place in packed]


def _loaded(salt: str, word: str) -> Any:
    try:
        return _signer(salt).loads(word, max_age=HELD_SECONDS)
    except BadData as error:
        raise _gone() from error


def _gone() -> HeldTooLongError:
    return HeldTooLongError("Pratinjau ini sudah terlalu lama. Unggah berkasnya sekali lagi.")


def _signer(salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"skm-{salt}")
