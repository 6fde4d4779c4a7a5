"""Forms about sign-ins through a provider: a rule about claims, and claims to try the rules on."""

from __future__ import annotations

import json
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

from feedback_app.blueprints.forms.staff import PlainDayField, StaffForm
from feedback_app.identity.sso.rules import DAYS_MOST, DAYS_USUAL

CLAIMS_MAX: Final = 8000
WHOLE: Final = "semua"


class RuleForm(StaffForm):
    """Whoever has this value in this claim holds this role there."""

    issuer = SelectField(_("Penyedia identitas"))
    claim = StringField(_("Nama klaim"), [DataRequired(_("Isi nama klaim.")), Length(max=120)])
    value = StringField(_("Nilai klaim"), [DataRequired(_("Isi nilai klaim.")), Length(max=200)])
    role = SelectField(_("Wewenang"))
    unit = SelectField(_("Berlaku atas"))
    days = IntegerField(
        _("Berlaku berapa hari sejak terakhir masuk"),
        [NumberRange(1, DAYS_MOST, _("Isi angka dari 1 sampai 90."))],
        default=DAYS_USUAL,
    )
    ends_on = PlainDayField(_("Hari terakhir aturan ini"), validators=[Optional()])
    makes_account = BooleanField(_("Buat akun bila belum ada (alamat surelnya harus sudah terverifikasi)"))

    @property
    def unit_id(self) -> int | None:
        """Return the unit chosen, None for the whole agency."""
        return None if self.unit.data == WHOLE else int(self.unit.data)


class TryForm(StaffForm):
    """Claims as a provider would send them."""

    issuer = SelectField(_("Penyedia identitas"))
    claims = TextAreaField(_("Contoh klaim"), [DataRequired(_("Tempel contoh klaim.")), Length(max=CLAIMS_MAX)])

    parsed: dict[str, Any]

    def validate_claims(self, field: TextAreaField) -> None:
        """Read the claims.

        Raises
        ------
        wtforms.validators.ValidationError
        """
        try:
            found = json.loads(field.data or "")
        except (ValueError, RecursionError) as error:
            raise ValidationError(gettext('Tulis klaim sebagai JSON, misalnya {"groups": ["loket"]}.')) from error
        if not isinstance(found, dict):
            raise ValidationError(gettext('Tulis klaim sebagai JSON, misalnya {"groups": ["loket"]}.'))
        self.parsed = found
