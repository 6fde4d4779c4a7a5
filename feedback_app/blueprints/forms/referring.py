"""The form with which a report is referred to another agency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import ValidationError

from feedback_app.blueprints.forms.staff import StaffForm, hold_length
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.handling.handing_on import referrals
from feedback_app.intake.rules import clean_text
from feedback_app.organisation.models import Agency

OUTSIDE: Final = "outside"


class ReferForm(StaffForm):
    """Where a report goes and why; the name and the way are asked for where it leaves this platform."""

    to = SelectField(_("Instansi yang berwenang"), validate_choice=False)
    name = StringField(_("Nama instansi"), filters=[clean_text])
    way = StringField(_("Cara menghubunginya"), filters=[clean_text])
    explanation = TextAreaField(_("Penjelasan bagi pelapor"), filters=[clean_text])
    version = HiddenField()

    def __init__(self, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = {str(agency.id): agency.name for agency in agencies}
        choices = [SelectChoice("", gettext("Pilih instansi"))] if self.known else []
        choices += [SelectChoice(key, name) for key, name in self.known.items()]
        self.to.choices = [*choices, SelectChoice(OUTSIDE, gettext("Instansi lain di luar layanan ini"))]

    def validate_to(self, field: SelectField) -> None:
        """Refuse an agency that is not on the list."""
        if field.data != OUTSIDE and field.data not in self.known:
            raise ValidationError(gettext("Pilih instansi dari daftar."))

    def validate_name(self, field: StringField) -> None:
        """Ask for the name of an agency outside."""
        if self.is_outside:
            sentence = gettext("Tulis nama instansi, %(least)d sampai %(most)d huruf; ini %(length)d huruf.")
            hold_length(field, sentence, referrals.NAME_MIN, referrals.NAME_MAX)

    def validate_way(self, field: StringField) -> None:
        """Ask how an agency outside is reached."""
        if self.is_outside:
            sentence = gettext(
                "Tulis cara menghubungi instansi itu, %(least)d sampai %(most)d huruf; ini %(length)d huruf."
            )
            hold_length(field, sentence, referrals.WAY_MIN, referrals.WAY_MAX)

    def validate_explanation(self, field: TextAreaField) -> None:
        """Hold the length of what the reporter is told."""
        sentence = gettext("Tulis penjelasan bagi pelapor, %(least)d sampai %(most)d huruf; ini %(length)d huruf.")
        hold_length(field, sentence, referrals.EXPLANATION_MIN, referrals.EXPLANATION_MAX)

    @property
    def is_outside(self) -> bool:
        """Tell whether the report leaves this platform."""
        return bool(self.to.data == OUTSIDE)

    @property
    def seen_version(self) -> int | None:
        """Return the version of the case on the author's page, or None where the form did not say."""
        return number_or_none(self.version.data)
