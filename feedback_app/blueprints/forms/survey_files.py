"""The form with which a file of questionnaires is uploaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from flask_babel import gettext
from werkzeug.datastructures import FileStorage, MultiDict

from feedback_app.blueprints.forms.survey import Box
from feedback_app.blueprints.sentences import translated
from feedback_app.survey.paper_days import read_keyed_day
from feedback_app.survey.paper_places import PaperPlace
from feedback_app.survey.paper_values import PROBLEM_SENTENCES, UnreadableValueError
from feedback_app.survey.rules import AnswerOrder

FIELDS: Final = ("file", "place", "order", "day", "sheet")
NAME_MAX: Final = 120


class UploadForm:
    """What was sent with a file, or an empty form."""

    def __init__(self, sent: MultiDict[str, str] | None = None, *, chosen: str = "") -> None:
        start: Mapping[str, str] = {"place": chosen} if sent is None else sent
        self.boxes = {name: Box(name, start.get(name, "").strip(), type="StringField") for name in FIELDS}
        self.boxes["order"].type = "RadioField"
        self.form_errors: list[str] = []
        self.content = b""
        self.name = ""
        self.day: date | None = None
        self.place: PaperPlace | None = None

    def __iter__(self) -> Iterator[Box]:
        """Yield every box, in the order of the page."""
        yield from self.boxes.values()

    def __getattr__(self, name: str) -> Box:
        """Return a box by its name, as templates ask for fields."""
        try:
            return self.__dict__["boxes"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def errors(self) -> list[str]:
        """Return everything that is wrong."""
        return [*self.form_errors, *(words for box in self for words in box.errors)]

    @property
    def chosen_order(self) -> AnswerOrder | None:
        """Return the order that numbered columns follow; None where the columns are named by key."""
        order = AnswerOrder(self.boxes["order"].data)
        return None if order is AnswerOrder.KEYS else order

    def validate(self, file: FileStorage | None, places: Sequence[PaperPlace], today: date) -> bool:
        """Read the file and check what came with it."""
        if file is None or not file.filename:
            self.boxes["file"].errors.append(gettext("Pilih berkas CSV atau .xlsx."))
        else:
            self.content, self.name = file.stream.read(), _short(file.filename)
            file.close()
        self.place = next((one for one in places if one.key == self.boxes["place"].data), None)
        if self.place is None:
            self.boxes["place"].errors.append(gettext("Pilih unit dan layanan dari daftar."))
        if self.boxes["order"].data not in set(AnswerOrder):
            self.boxes["order"].errors.append(
                gettext("Pilih urutan kolom jawaban. Urutan tidak dapat ditebak dari berkasnya.")
            )
        self._check_day(today)
        return not self.errors

    def _check_day(self, today: date) -> None:
        box, place = self.boxes["day"], self.place
        if not box.data or place is None:
            return
        period = place.period
        try:
            self.day = read_keyed_day(box.data, first=period.starts_on, last=period.ends_on, today=today)
        except UnreadableValueError as error:
            box.errors.append(translated(PROBLEM_SENTENCES[error.problem.value]))


def _short(name: str) -> str:
    plain = "".join(mark for mark in name.replace("\\", "/").rsplit("/", 1)[-1] if mark.isprintable())
    return plain[-NAME_MAX:] or "berkas"
