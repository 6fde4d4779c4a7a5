"""The forms about roles: give, renew, end, refuse; and those of emergency access."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import InputRequired, Optional, ValidationError

from feedback_app.blueprints.forms.staff import PlainDayField, StaffForm, hold_length
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.handling.break_glass import rules as glass
from feedback_app.identity.grants import REASON_MAX, REASON_MIN
from feedback_app.identity.rules import NEEDS_TWO, Role
from feedback_app.intake.rules import clean_text
from feedback_app.organisation.models import Agency
from feedback_app.organisation.within_reach import ReachedUnit

NAME_MAX = 200
MINUTES_OFFERED = (15, 30, 60, 120, 240)


class ReasonForm(StaffForm):
    """Why something is done."""

    reason = TextAreaField(_("Alasan"), filters=[clean_text])

    def validate_reason(self, field: TextAreaField) -> None:
        """Ask for a reason."""
        hold_length(field, gettext("Tulis alasannya, %(least)d sampai %(most)d huruf."), REASON_MIN, REASON_MAX)


class GiveForm(ReasonForm):
    """A role for somebody with or without an account."""

    email = StringField(_("Surel orangnya"), filters=[clean_text])
    name = StringField(_("Nama lengkap"), filters=[clean_text])
    role = SelectField(_("Wewenang"), validate_choice=False)
    unit_id = SelectField(_("Berlaku untuk"), validate_choice=False)
    starts_on = PlainDayField(_("Hari pertama"), validators=[InputRequired(_("Isi hari pertama wewenang."))])
    ends_on = PlainDayField(_("Hari terakhir"), validators=[Optional()])
    # Once more, so that it stands last on the page and in the summary of errors.
    reason = TextAreaField(_("Alasan"), filters=[clean_text])

    def __init__(self, units: Sequence[ReachedUnit], *, is_whole: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._units = {str(unit.id) for unit in units}
        self._is_whole = is_whole
        whole = [SelectChoice("", gettext("Seluruh instansi"))] if is_whole else []
        self.unit_id.choices = [*whole, *(SelectChoice(str(unit.id), unit.name) for unit in units)]
        self.role.choices = [SelectChoice("", gettext("Pilih wewenang")), *_roles()]

    def validate_email(self, field: StringField) -> None:
        """Ask for an address."""
        if "@" not in (field.data or ""):
            raise ValidationError(gettext("Tulis alamat surel lengkap, misalnya nama@kupangkota.go.id."))

    def validate_name(self, field: StringField) -> None:
        """Hold the length."""
        hold_length(field, gettext("Tulis paling banyak %(most)d huruf."), 0, NAME_MAX)

    def validate_role(self, field: SelectField) -> None:
        """Ask for a role there is."""
        if field.data not in {role.value for role in Role}:
            raise ValidationError(gettext("Pilih wewenang dari daftar."))

    def validate_unit_id(self, field: SelectField) -> None:
        """Refuse a unit out of reach."""
        if field.data not in self._units and not (self._is_whole and not field.data):
            raise ValidationError(gettext("Pilih unit dari daftar."))

    @property
    def chosen_unit(self) -> int | None:
        """Return the unit of a valid form, None for the whole agency."""
        return number_or_none(self.unit_id.data)


def _roles() -> list[SelectChoice]:
    found = []
    for role in Role:
        words = str(label(role))
        shown = gettext("%(role)s (perlu orang kedua)", role=words) if role in NEEDS_TWO else words
        found.append(SelectChoice(role.value, shown))
    return sorted(found, key=lambda choice: str(choice.label))


class RenewForm(ReasonForm):
    """Until when a role goes on, and why."""

    ends_on = PlainDayField(_("Hari terakhir yang baru"), validators=[Optional()])
    reason = TextAreaField(_("Alasan"), filters=[clean_text])


class AskGlassForm(StaffForm):
    """An emergency: which agency, which case, how long, and why."""

    agency_id = SelectField(_("Instansi"), validate_choice=False)
    case_id = StringField(_("Nomor kasus"), filters=[clean_text])
    minutes = SelectField(_("Lamanya"), validate_choice=False)
    reason = TextAreaField(_("Keadaan daruratnya"), filters=[clean_text])

    def __init__(self, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._agencies = {str(agency.id) for agency in agencies}
        self.agency_id.choices = [
            SelectChoice("", gettext("Pilih instansi")),
            *(SelectChoice(str(agency.id), agency.name) for agency in agencies),
        ]
        self.minutes.choices = [
            SelectChoice(str(n), gettext("%(n)s menit", n=n)) for n in MINUTES_OFFERED
        ]  # fmt: skip

    def validate_agency_id(self, field: SelectField) -> None:
        """Ask for an agency there is."""
        if field.data not in self._agencies:
            raise ValidationError(gettext("Pilih instansi dari daftar."))

    def validate_case_id(self, field: StringField) -> None:
        """Take a number, with or without the sign before it, or nothing."""
        if field.data and number_or_none(field.data.lstrip("#")) is None:
            raise ValidationError(gettext("Tulis nomor kasus dengan angka saja, atau kosongkan."))

    def validate_minutes(self, field: SelectField) -> None:
        """Hold the time."""
        if not glass.MINUTES_MIN <= (number_or_none(field.data) or 0) <= glass.MINUTES_MAX:
            raise ValidationError(gettext("Pilih lamanya dari daftar."))

    def validate_reason(self, field: TextAreaField) -> None:
        """Ask for more than a word."""
        sentence = gettext("Jelaskan keadaan daruratnya, %(least)d sampai %(most)d huruf.")
        hold_length(field, sentence, glass.REASON_MIN, glass.REASON_MAX)

    @property
    def chosen_case(self) -> int | None:
        """Return the case that was named, if one was."""
        return number_or_none((self.case_id.data or "").lstrip("#"))
