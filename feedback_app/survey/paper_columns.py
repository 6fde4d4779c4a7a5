"""Which column of a file is which question, and which says when, where and by whom a questionnaire was filled."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from feedback_app.errors import InvalidInputError
from feedback_app.survey.answer_columns import columns_of
from feedback_app.survey.queries import Asked, Questionnaire
from feedback_app.survey.rules import AnswerOrder


class PaperColumnsError(InvalidInputError):
    """Two columns say the same, or a question has none."""

    code = "survey_paper_columns"


class About(enum.StrEnum):
    """What a column says besides answers."""

    DAY = "tanggal"
    HOURS = "jam"
    SEX = "jenis_kelamin"
    AGE = "usia"
    EDUCATION = "pendidikan"
    OCCUPATION = "pekerjaan"
    SERVICE = "layanan"


NAMES: Final[Mapping[str, About]] = {
    name: about
    for about, names in (
        (About.DAY, "tanggal tanggal_survei tgl tgl_survei hari_tanggal date"),
        (About.HOURS, "jam jam_survei waktu_survei pukul"),
        (About.SEX, "jenis_kelamin kelamin jk sex l/p"),
        (About.AGE, "usia umur usia_(tahun) umur_(tahun)"),
        (About.EDUCATION, "pendidikan pendidikan_terakhir"),
        (About.OCCUPATION, "pekerjaan pekerjaan_utama"),
        (About.SERVICE, "layanan jenis_layanan jenis_layanan_yang_diterima"),
    )
    for name in names.split()
}


@dataclass(frozen=True, slots=True)
class PaperColumns:
    """Where everything stands: answers by the key of their question, the rest by what it says; what is not read."""

    answers: Mapping[str, int]
    about: Mapping[About, int]
    order: AnswerOrder
    ignored: tuple[str, ...]


def paper_columns(
    header: Sequence[str], questionnaires: Sequence[Questionnaire], order: AnswerOrder | None
) -> PaperColumns:
    """Return which column is what, for every questionnaire that the rows of a file may follow.

    Columns of elements are named by key or numbered (`answer_columns`); questions beside the first of an element, and
    the unit's own, are named by their keys. Own questions may be missing.

    Raises
    ------
    AnswerColumnsError, AnswerOrderMissingError, PaperColumnsError
    """
    found = columns_of(header, ruleset=questionnaires[0].ruleset, order=order)
    about = _about(header, found.places.values())
    by_name = {name.strip().casefold(): at for at, name in enumerate(header)}
    answers = dict(found.places)
    for question in _asked(questionnaires):
        place = _place_of(question, questionnaires, by_name, found.places, found.order)
        if place is not None:
            answers[question.key] = place
    read = {*answers.values(), *about.values()}
    return PaperColumns(
        answers, about, found.order, tuple(name for at, name in enumerate(header) if name and at not in read)
    )


def _asked(questionnaires: Sequence[Questionnaire]) -> list[Asked]:
    return list({question.key: question for one in questionnaires for question in one.asked}.values())


def _place_of(
    question: Asked, questionnaires: Sequence[Questionnaire], by_name: Mapping[str, int],
    elements: Mapping[str, int], order: AnswerOrder,
) -> int | None:  # fmt: skip
    if question.element is None:
        return by_name.get(question.key)
    if all(sum(other.element == question.element for other in one.asked) <= 1 for one in questionnaires):
        return elements[question.element]
    if order is not AnswerOrder.KEYS:
        raise PaperColumnsError(
            "Kuesioner ini menanyakan satu unsur dengan beberapa pertanyaan. Namai kolom dengan kunci pertanyaan, "
            "bukan dengan nomor."
        )
    if question.key not in by_name:
        raise PaperColumnsError(f"Kolom {question.key} tidak ada. Setiap pertanyaan unsur memerlukan satu kolom.")
    return by_name[question.key]


def _about(header: Sequence[str], taken: object) -> dict[About, int]:
    used = set(taken)  # type: ignore[call-overload]
    named = [
        (NAMES[name], at)
        for at, shown in enumerate(header)
        if at not in used and (name := "_".join(shown.casefold().split())) in NAMES
    ]
    doubled = [about.value for about, times in Counter(about for about, _ in named).items() if times > 1]
    if doubled:
        raise PaperColumnsError(f"Ada dua kolom untuk {', '.join(doubled)}. Sisakan satu.")
    return dict(named)
