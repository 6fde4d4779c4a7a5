"""The forms of an account: its password, its recovery, which mails come by themselves and in which language."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import ValidationError

from feedback_app.blueprints.forms.staff import StaffForm
from feedback_app.blueprints.sentences import translated
from feedback_app.identity.operations import InvalidEmailError, read_email

# Each language under its own name, for whoever reads no other.
LANGUAGES: Final = [SelectChoice("id", "Bahasa Indonesia"), SelectChoice("en", "English")]


class PreferencesForm(StaffForm):
    """What somebody wants to be told."""

    wants_reminder = BooleanField(
        _("Pengingat pada hari kerja tentang kasus saya yang mendekati atau lewat batas waktu")
    )
    wants_digest = BooleanField(_("Ringkasan pekan lalu untuk unit yang saya pimpin, pada hari kerja pertama"))
    language = RadioField(_("Bahasa pesan"), choices=LANGUAGES)


class NewPasswordForm(StaffForm):
    """A password chosen, and typed once more; whether it may be one, `identity.password_rules` says."""

    password = PasswordField(_("Kata sandi baru"))
    again = PasswordField(_("Ulangi kata sandi baru"))

    def validate_password(self, field: PasswordField) -> None:
        """Ask for a password."""
        if not field.data:
            raise ValidationError(gettext("Tulis kata sandi baru."))

    def validate_again(self, field: PasswordField) -> None:
        """Hold both against each other."""
        if field.data != self.password.data:
            raise ValidationError(gettext("Kedua kata sandi tidak sama. Tulis kata sandi yang sama dua kali."))


class ChangePasswordForm(NewPasswordForm):
    """The present password, and the one that is to replace it."""

    present = PasswordField(_("Kata sandi sekarang"))

    def validate_present(self, field: PasswordField) -> None:
        """Ask for the present one."""
        if not field.data:
            raise ValidationError(gettext("Tulis kata sandi Anda yang sekarang."))


class RecoveryForm(StaffForm):
    """The address of an account whose password is lost."""

    email = StringField(_("Surel"), filters=[lambda typed: (typed or "").strip()])

    def validate_email(self, field: StringField) -> None:
        """Refuse what can be no address; whether it has an account is told to nobody."""
        try:
            read_email(field.data or "")
        except InvalidEmailError as error:
            raise ValidationError(translated(error.message)) from error
