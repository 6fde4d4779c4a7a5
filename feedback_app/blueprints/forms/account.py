"""The form of an account: which mails come by themselves, and in which language."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs

from feedback_app.blueprints.forms.staff import StaffForm

# Each language under its own name, for whoever reads no other.
LANGUAGES: Final = [SelectChoice("id", "Bahasa Indonesia"), SelectChoice("en", "English")]


class PreferencesForm(StaffForm):
    """What somebody wants to be told."""

    wants_reminder = BooleanField(
        _("Pengingat pada hari kerja tentang kasus saya yang mendekati atau lewat batas waktu")
    )
    wants_digest = BooleanField(_("Ringkasan pekan lalu untuk unit yang saya pimpin, pada hari kerja pertama"))
    language = RadioField(_("Bahasa pesan"), choices=LANGUAGES)
