"""The forms of a second factor: a code, a passkey, a name for one."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import ValidationError

from feedback_app.blueprints.forms.staff import StaffForm
from feedback_app.identity.factors.rules import NAME_MAX
from feedback_app.intake.rules import clean_text

# No code and no name is longer; an answer of a passkey is a few hundred letters.
CODE_MAX = 60
ANSWER_MAX = 20_000


class CodeForm(StaffForm):
    """One code: of an app, or for recovery."""

    code = StringField(_("Kode"))

    def validate_code(self, field: StringField) -> None:
        """Refuse nothing, and what is far too long."""
        if not (field.data or "").strip():
            raise ValidationError(gettext("Ketik kode dahulu."))
        if len(field.data or "") > CODE_MAX:
            raise ValidationError(gettext("Kode tidak cocok. Periksa lalu coba lagi."))


class ConfirmForm(StaffForm):
    """Who you are, once more: a code, a passkey's answer, or the password where there is no factor.

    Named so that they can stand beside the fields of any form that is sent on after them.
    """

    step_up_code = StringField(_("Kode"))
    step_up_password = PasswordField(_("Kata sandi Anda"))
    step_up_credential = HiddenField()


class PasskeyNameForm(StaffForm):
    """What a passkey is called."""

    name = StringField(_("Nama kunci sandi"), filters=[clean_text])

    def validate_name(self, field: StringField) -> None:
        """Hold the length of a name."""
        if not 1 <= len(field.data or "") <= NAME_MAX:
            raise ValidationError(gettext("Beri nama kunci sandi, 1 sampai %(most)d huruf.", most=NAME_MAX))


class NewPasskeyForm(PasskeyNameForm):
    """A passkey that the browser has just made."""

    credential = HiddenField()
