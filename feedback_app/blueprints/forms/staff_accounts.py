"""The form with which an administrator invites a colleague."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import Optional, ValidationError

from feedback_app.blueprints.forms.people import hold_line
from feedback_app.blueprints.forms.staff import PlainDayField, StaffForm, hold_length
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.sentences import translated
from feedback_app.identity.grants import REASON_MAX, REASON_MIN
from feedback_app.identity.operations import InvalidEmailError, read_email
from feedback_app.identity.rules import NEEDS_TWO, Role
from feedback_app.intake.rules import clean_text
from feedback_app.notifications.account_acts import RoleWanted
from feedback_app.organisation.within_reach import ReachedUnit

NAME_MAX: Final = 120
WHOLE: Final = "semua"


class InviteForm(StaffForm):
    """Whom to invite, and with which role over what."""

    email = StringField(_("Surel"), filters=[lambda typed: (typed or "").strip()])
    name = StringField(_("Nama lengkap"), filters=[clean_text])
    role = SelectField(_("Wewenang"), validate_choice=False)
    unit = SelectField(_("Berlaku untuk"), validate_choice=False)
    ends_on = PlainDayField(_("Berlaku sampai"), validators=[Optional()])
    reason = TextAreaField(_("Alasan"), filters=[clean_text])

    def __init__(self, units: Sequence[ReachedUnit], *, over_all: bool, today: date, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._today = today
        self._units = {str(unit.id) for unit in units} | ({WHOLE} if over_all else set())
        choose = SelectChoice("", gettext("Pilih"))
        whole = [SelectChoice(WHOLE, gettext("Seluruh instansi"))] if over_all else []
        self.unit.choices = [choose, *(SelectChoice(str(unit.id), unit.name) for unit in units), *whole]
        alone = [role for role in Role if role not in NEEDS_TWO]
        self.role.choices = {
            str(gettext("Berlaku segera")): [choose, *_choices(alone)],
            str(gettext("Menunggu persetujuan orang kedua")): _choices([role for role in Role if role in NEEDS_TWO]),
        }

    def validate_email(self, field: StringField) -> None:
        """Refuse what could not sign in."""
        try:
            read_email(field.data or "")
        except InvalidEmailError as error:
            raise ValidationError(translated(error.message)) from error

    def validate_name(self, field: StringField) -> None:
        """Ask for a name."""
        hold_line(field, NAME_MAX)

    def validate_role(self, field: SelectField) -> None:
        """Ask for a role of the list."""
        if field.data not in {role.value for role in Role}:
            raise ValidationError(gettext("Pilih wewenang dari daftar."))

    def validate_unit(self, field: SelectField) -> None:
        """Refuse a unit out of reach."""
        if field.data not in self._units:
            raise ValidationError(gettext("Pilih unit dari daftar."))

    def validate_ends_on(self, field: PlainDayField) -> None:
        """Refuse an end that is over."""
        if field.data and field.data < self._today:
            raise ValidationError(gettext("Hari terakhir sudah lewat."))

    def validate_reason(self, field: TextAreaField) -> None:
        """Ask for a reason."""
        hold_length(field, gettext("Tulis alasannya, %(least)d sampai %(most)d huruf."), REASON_MIN, REASON_MAX)

    @property
    def wanted(self) -> RoleWanted:
        """Return the role that a valid form asks for."""
        unit_id = None if self.unit.data == WHOLE else number_or_none(self.unit.data)
        return RoleWanted(Role(self.role.data), unit_id, self._today, self.ends_on.data, self.reason.data or "")


def _choices(roles: Sequence[Role]) -> list[SelectChoice]:
    return [SelectChoice(role.value, label(role)) for role in roles]
