"""One questionnaire on paper as it is typed: a line of short fields, most of them one key long."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from feedback_app.blueprints.forms.survey import KEY_BYTES, Box
from feedback_app.blueprints.sentences import translated
from feedback_app.survey import paper_values as values
from feedback_app.survey.models import Period
from feedback_app.survey.operations import Filled, Respondent
from feedback_app.survey.paper_days import read_keyed_day
from feedback_app.survey.paper_values import PROBLEM_SENTENCES, Problem, UnreadableValueError
from feedback_app.survey.queries import Questionnaire
from feedback_app.survey.rules import SurveyChannel

ABOUT: Final = ("tanggal", "jam", "kelamin", "usia", "pendidikan", "pekerjaan")
REPEATED: Final = ("tanggal", "jam")
_NOTHING: Final[Mapping[str, str]] = {}
# As the answers are printed on paper.
_LETTERS: Final = {letter: str(number) for number, letter in enumerate("abcdef", start=1)}


class PaperLine:
    """What was typed of one questionnaire, or an empty line in which day and hours stand as in the last."""

    def __init__(
        self, asked: Questionnaire, sent: MultiDict[str, str] | None = None, repeated: Mapping[str, str] = _NOTHING
    ) -> None:
        self.asked = asked
        start: Mapping[str, str] = repeated if sent is None else sent
        self.about = {name: Box(name, start.get(name, "").strip(), type="StringField") for name in ABOUT}
        self.boxes = {
            q.key: Box(f"q-{q.key}", start.get(f"q-{q.key}", "").strip(), type="StringField") for q in asked.asked
        }
        self.form_errors: list[str] = []
        self.entry_key = _entry_key("" if sent is None else sent.get("once", ""))

    def __iter__(self) -> Iterator[Box]:
        """Yield every box, in the order of the line."""
        yield from self.about.values()
        yield from self.boxes.values()

    @property
    def errors(self) -> list[str]:
        """Return everything that is wrong."""
        return [*self.form_errors, *(words for box in self for words in box.errors)]

    def read(self, period: Period, today: date) -> Filled | None:
        """Return what was typed, or None with the errors noted at their fields."""
        day = self._of("tanggal", lambda text: _day(text, period, today))
        hours = self._of("jam", lambda text: values.keyed(text, values.KEYED_HOURS, Problem.HOURS))
        who = Respondent(
            sex=self._of("kelamin", lambda text: values.keyed(text, values.KEYED_SEXES, Problem.SEX)),
            age=self._of("usia", lambda text: values.read_age("" if text == "0" else text)),
            education=self._of("pendidikan", lambda text: _keyed(text, values.KEYED_EDUCATIONS, Problem.EDUCATION)),
            occupation=self._of("pekerjaan", lambda text: _keyed(text, values.KEYED_OCCUPATIONS, Problem.OCCUPATION)),
        )
        answers = self._answers()
        if self.errors or day is None:
            return None
        return Filled(
            unit_id=0, service_id=None, answered_on=day, answers=answers, channel=SurveyChannel.PAPER, hours=hours,
            respondent=who, entry_key=self.entry_key,
        )  # fmt: skip

    def _answers(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for number, question in enumerate(self.asked.asked, start=1):
            box = self.boxes[question.key]
            try:
                given = values.read_answer(_LETTERS.get(box.data.casefold(), box.data), len(question.options))
            except UnreadableValueError:
                box.errors.append(
                    gettext(
                        "Jawaban %(number)s: ketik 1 sampai %(most)s, atau 0 bila tidak dijawab.", number=number,
                        most=len(question.options),
                    )
                )  # fmt: skip
                continue
            if given is not None:
                found[question.key] = given
        return found

    def _of(self, name: str, read: Callable[[str], Any]) -> Any:
        box = self.about[name]
        try:
            return read(box.data)
        except UnreadableValueError as error:
            words = KEYED_SENTENCES.get(error.problem.value) or PROBLEM_SENTENCES[error.problem.value]
            box.errors.append(translated(words))
            return None


# What to type, where keys stand for words.
KEYED_SENTENCES = {
    "sex": "Jenis kelamin: ketik L atau P, atau 0 bila kosong.",
    "education": "Pendidikan: ketik 1 sampai 7, atau 0 bila kosong.",
    "occupation": "Pekerjaan: ketik 1 sampai 6, atau 0 bila kosong.",
    "hours": "Jam: ketik 1 sampai 3, atau 0 bila kosong.",
}


def _keyed(text: str, kinds: Mapping[str, Any], problem: Problem) -> Any:
    return values.keyed(text, kinds, problem)


def _day(text: str, period: Period, today: date) -> date:
    return read_keyed_day(text, first=period.starts_on, last=period.ends_on, today=today)


def _entry_key(drawn: str) -> bytes:
    try:
        key = bytes.fromhex(drawn)
    except ValueError:
        key = b""
    return key if len(key) == KEY_BYTES else secrets.token_bytes(KEY_BYTES)
