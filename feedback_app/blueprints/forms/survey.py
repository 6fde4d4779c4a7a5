"""The questionnaire as it was filled in: one answer a question, and what somebody likes to say of themselves."""

from __future__ import annotations

import enum
import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from feedback_app.blueprints.numbers import number_or_none
from feedback_app.survey.operations import Respondent
from feedback_app.survey.queries import Asked, Questionnaire
from feedback_app.survey.rules import Education, Occupation, Sex, age_band

PASSED: Final = "0"
"""What is sent for "I do not know": it is stored as no answer, and says that nobody forgot the question."""

AGE_MIN: Final = 5
AGE_MAX: Final = 120
KEY_BYTES: Final = 16
ABOUT: Final = ("sex", "age", "education", "occupation")
_NO_ERRORS: Final = MultiDict[str, str]()

Kind = TypeVar("Kind", bound=enum.StrEnum)


@dataclass(slots=True)
class Box:
    """One question on the page: what was chosen, and what is wrong with it. `type` says where links to it lead."""

    id: str
    data: str = ""
    type: str = "RadioField"
    errors: list[str] = field(default_factory=list)


class SurveyForm:
    """What was sent of a questionnaire, or an empty one.

    Drawn and read by hand: a form library takes ten times as long for nine groups of buttons.
    """

    def __init__(self, asked: Questionnaire, sent: MultiDict[str, str] | None = None) -> None:
        self.asked = asked
        self.sent = sent if sent is not None else _NO_ERRORS
        self.boxes = {q.key: Box(f"q-{q.key}", self.sent.get(f"q-{q.key}", "")) for q in asked.asked}
        self.about = {name: Box(name, self.sent.get(name, "").strip()) for name in ABOUT}
        self.about["age"].type = "IntegerField"
        self.form_errors: list[str] = []
        self.drawn_key = _drawn_key(self.sent)

    def __iter__(self) -> Iterator[Box]:
        """Yield every box, in the order of the page."""
        yield from self.boxes.values()
        yield from self.about.values()

    @property
    def errors(self) -> list[str]:
        """Return everything that is wrong."""
        return [*self.form_errors, *(words for box in self for words in box.errors)]

    @property
    def entry_key(self) -> bytes:
        """Return the mark under which this questionnaire counts once.

        A script draws it and keeps it with the draft. Without one it is made of the page's token and everything that
        was filled in: the same sent twice is one questionnaire, and the next person's on the same phone another one,
        even where they went back to the page of the one before.
        """
        if self.drawn_key is not None:
            return self.drawn_key
        token = self.sent.get("csrf_token", "")
        if not token:
            return secrets.token_bytes(KEY_BYTES)
        place = [self.sent.get(name, "") for name in ("periode", "layanan")]
        filled = json.dumps([token, *place, *(box.data for box in self)])
        return hashlib.blake2b(filled.encode(), digest_size=KEY_BYTES).digest()

    @property
    def is_filled(self) -> bool:
        """Tell whether the page holds something that somebody chose."""
        return any(box.data for box in self)

    @property
    def own(self) -> tuple[Asked, ...]:
        """Return the questions outside the index."""
        return tuple(question for question in self.asked.asked if question.element is None)

    def validate(self) -> bool:
        """Tell whether every question inside the index was answered or passed over; note what is missing."""
        for number, question in enumerate(self.asked.inside, start=1):
            if not _is_answer(question, self.boxes[question.key].data):
                self.boxes[question.key].errors.append(
                    gettext(
                        "Pertanyaan %(number)s belum dijawab. Pilih satu jawaban, atau “Tidak tahu / tidak berlaku”.",
                        number=number,
                    )
                )
        for question in self.own:
            box = self.boxes[question.key]
            if box.data and not _is_answer(question, box.data):
                box.errors.append(gettext("Pilih jawaban dari daftar, atau lewati pertanyaan tambahan ini."))
        if self.about["age"].data and self._age is None:
            self.about["age"].errors.append(
                gettext("Tulis usia Anda dalam tahun dengan angka, misalnya 34, atau kosongkan.")
            )
        return not self.errors

    def answers(self) -> dict[str, int]:
        """Return the answers by the keys of their questions, without those passed over."""
        return {key: int(box.data) for key, box in self.boxes.items() if box.data and box.data != PASSED}

    def respondent(self) -> Respondent:
        """Return what was said about who answers; of the age the band alone goes on from here."""
        age = self._age
        return Respondent(
            sex=_member(Sex, self.about["sex"].data),
            age=None if age is None else age_band(age),
            education=_member(Education, self.about["education"].data),
            occupation=_member(Occupation, self.about["occupation"].data),
        )

    def chosen(self) -> list[tuple[str, str]]:
        """Return each question with the words of its answer, as somebody may want to write them down."""
        return [(question.stem, _words(question, self.boxes[question.key].data)) for question in self.asked.asked]

    @property
    def _age(self) -> int | None:
        age = number_or_none(self.about["age"].data)
        return age if age is not None and AGE_MIN <= age <= AGE_MAX else None


def _is_answer(question: Asked, raw: str) -> bool:
    return raw == PASSED or (raw.isascii() and raw.isdigit() and raw in map(str, range(1, len(question.options) + 1)))


def _words(question: Asked, raw: str) -> str:
    if not raw or not _is_answer(question, raw):
        return "–"
    return gettext("Tidak tahu / tidak berlaku") if raw == PASSED else question.options[int(raw) - 1]


def _member(kind: type[Kind], raw: str) -> Kind | None:
    return kind(raw) if raw in {member.value for member in kind} else None


def _drawn_key(sent: MultiDict[str, str]) -> bytes | None:
    """Return the mark that a script drew for the page that was filled in; None without one."""
    try:
        drawn = bytes.fromhex(sent.get("once", ""))
    except ValueError:
        return None
    return drawn if len(drawn) == KEY_BYTES else None
