"""The forms of staff: an answer to a citizen, a day, a unit or the whole agency."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import ValidationError

from feedback_app.blueprints.formats import number
from feedback_app.blueprints.forms.public import DayField
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.handling.models import REPLY_MAX, REPLY_MIN
from feedback_app.intake.rules import clean_text
from feedback_app.organisation.queries import UnitCard


class StaffForm(FlaskForm):  # type: ignore[misc]
    """A form of staff."""

    class Meta:
        """`CSRFProtect` has checked the token of every POST before a view runs."""

        csrf = False


class PlainDayField(DayField):
    """A day of staff's own, such as that of a visit or the first of a cycle."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day; the message says how to write one."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(gettext("Tulis tanggal seperti 12-5-2026.")) from error


def take_from(field: SelectField, known: Collection[str], refusal: str) -> None:
    """Refuse what is not among the known; where there is one only, nobody need name it.

    Raises
    ------
    wtforms.validators.ValidationError
    """
    if not field.data and len(known) == 1:
        field.data = next(iter(known))
    if field.data not in known:
        raise ValidationError(refusal)


def hold_length(field: StringField | TextAreaField, sentence: str, least: int, most: int) -> None:
    """Hold the length of a field; the sentence says what to write, with `least`, `most` and `length` in it.

    Raises
    ------
    wtforms.validators.ValidationError
    """
    length = len(field.data or "")
    if not least <= length <= most:
        figures = {"least": number(least, 0), "most": number(most, 0), "length": number(length, 0)}
        raise ValidationError(sentence.replace(")d", ")s") % figures)


class ReplyForm(StaffForm):
    """An answer, and the version of the case that its author had in front of them."""

    text = TextAreaField(_("Tanggapan untuk pelapor"), filters=[clean_text])
    version = HiddenField()

    def validate_text(self, field: TextAreaField) -> None:
        """Hold the length of an answer; the message says by how much."""
        sentence = gettext("Tanggapan harus %(least)d sampai %(most)d huruf; ini %(length)d huruf.")
        hold_length(field, sentence, REPLY_MIN, REPLY_MAX)

    @property
    def seen_version(self) -> int | None:
        """Return the version of the case on the author's page, or None where the form did not say."""
        return number_or_none(self.version.data)


class UnitOrAgencyForm(StaffForm):
    """Something for the whole agency or one of its units."""

    unit_id = SelectField(_("Berlaku untuk"), validate_choice=False)

    def __init__(self, units: Sequence[UnitCard], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._units = {str(unit.id): unit for unit in units}
        whole = SelectChoice("", gettext("Seluruh instansi"))
        self.unit_id.choices = [whole, *(SelectChoice(key, unit.name) for key, unit in self._units.items())]

    def validate_unit_id(self, field: SelectField) -> None:
        """Refuse a unit the agency does not have."""
        if field.data and field.data not in self._units:
            raise ValidationError(gettext("Pilih unit dari daftar."))

    @property
    def chosen_unit(self) -> int | None:
        """Return the unit of a valid form, None for the whole agency."""
        return number_or_none(self.unit_id.data)
