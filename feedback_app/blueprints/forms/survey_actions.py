"""The forms of a follow-up plan: what is planned, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import ValidationError

from feedback_app.blueprints.forms.staff import StaffForm, hold_length
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.intake.rules import clean_text
from feedback_app.survey.actions import (
    ENDED,
    FIRST_YEAR,
    LAST_YEAR,
    NOTE_MAX,
    NOTE_MIN,
    PROGRAMME_MAX,
    PROGRAMME_MIN,
    RESPONSIBLE_MAX,
    RESPONSIBLE_MIN,
    Planned,
)
from feedback_app.survey.rules import ActionStatus

QUARTERS: Final = ("I", "II", "III", "IV")


class _Versioned(StaffForm):
    """What is written about a row that its author has in front of them."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """Return the version of the row on the author's page; 0, which no row has, where the form did not say."""
        return number_or_none(self.version.data) or 0


class ActionForm(_Versioned):
    """One row of a plan."""

    element = SelectField(_("Unsur yang diperbaiki"), validate_choice=False)
    programme = TextAreaField(_("Program atau kegiatan"), filters=[clean_text])
    year = StringField(_("Tahun pelaksanaan"), filters=[clean_text])
    quarters = SelectMultipleField(_("Triwulan"), validate_choice=False)
    responsible = StringField(_("Penanggung jawab"), filters=[clean_text])

    def __init__(self, elements: Mapping[str, str], **kwargs: Any) -> None:
        """Offer these elements: names by key."""
        super().__init__(**kwargs)
        self.element.choices = [SelectChoice(key, name) for key, name in elements.items()]
        self.quarters.choices = [SelectChoice(str(n), name) for n, name in enumerate(QUARTERS, start=1)]
        self._elements = elements

    def validate_element(self, field: SelectField) -> None:
        """Refuse what is no element of the survey."""
        if field.data not in self._elements:
            raise ValidationError(gettext("Pilih unsur yang akan diperbaiki."))

    def validate_programme(self, field: TextAreaField) -> None:
        """Hold the length."""
        sentence = gettext("Tulis program atau kegiatan, %(least)d sampai %(most)d huruf.")
        hold_length(field, sentence, PROGRAMME_MIN, PROGRAMME_MAX)

    def validate_year(self, field: StringField) -> None:
        """Ask for a year in four digits."""
        if not FIRST_YEAR <= (number_or_none(field.data) or 0) <= LAST_YEAR:
            raise ValidationError(gettext("Tulis tahun pelaksanaan dengan empat angka, misalnya 2026."))

    def validate_quarters(self, field: SelectMultipleField) -> None:
        """Ask for at least one of the four."""
        if not field.data or not set(field.data) <= {"1", "2", "3", "4"}:
            raise ValidationError(gettext("Pilih paling sedikit satu triwulan."))

    def validate_responsible(self, field: StringField) -> None:
        """Hold the length."""
        sentence = gettext("Tulis penanggung jawab, %(least)d sampai %(most)d huruf.")
        hold_length(field, sentence, RESPONSIBLE_MIN, RESPONSIBLE_MAX)

    @property
    def planned(self) -> Planned:
        """Return the row of a valid form."""
        return Planned(
            element=self.element.data, programme=self.programme.data or "", year=number_or_none(self.year.data) or 0,
            quarters=tuple(sorted(int(one) for one in self.quarters.data or ())),
            responsible=self.responsible.data or "",
        )  # fmt: skip


class MoveForm(_Versioned):
    """How far a row is, with a word on it."""

    status = RadioField(
        _("Status"), choices=[SelectChoice(one.value, label(one)) for one in ActionStatus], validate_choice=False
    )
    note = TextAreaField(_("Keterangan"), filters=[clean_text])

    def validate_status(self, field: RadioField) -> None:
        """Refuse a status there is not."""
        if field.data not in set(ActionStatus):
            raise ValidationError(gettext("Pilih status kegiatan."))

    def validate_note(self, field: TextAreaField) -> None:
        """Ask for a word on what is over."""
        hold_length(field, gettext("Tulis paling banyak %(most)d huruf."), 0, NOTE_MAX)
        if self.status.data in ENDED and len(field.data or "") < NOTE_MIN:
            raise ValidationError(
                gettext("Tulis keterangan: apa yang telah dilakukan, atau mengapa kegiatan dibatalkan.")
            )

    @property
    def wanted(self) -> ActionStatus:
        """Return the status of a valid form."""
        return ActionStatus(self.status.data)


def quarter_words(quarters: Sequence[int], year: int) -> str:
    """Return the quarters of a row, such as "TW I, II 2026"."""
    return f"TW {', '.join(QUARTERS[number - 1] for number in quarters)} {year}"
