"""What whoever prints a survey report adds to it, and which file they want."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import InputRequired, ValidationError

from feedback_app.blueprints.forms.staff import PlainDayField, StaffForm, hold_length
from feedback_app.intake.rules import clean_text
from feedback_app.reporting.files import ReportFile
from feedback_app.reporting.report_data import Signing

WORDS_MAX: Final = 120
ARCHIVE: Final = "zip"
INTERNAL, PUBLIC = "internal", "public"


class ReportForm(StaffForm):
    """Place, day and hand of the signature; which version; which file."""

    place = StringField(_("Tempat penandatanganan"), filters=[clean_text])
    signed_on = PlainDayField(
        _("Tanggal laporan"), validators=[InputRequired(_("Isi tanggal laporan, misalnya 3-7-2026."))]
    )
    position = StringField(_("Jabatan penanda tangan"), filters=[clean_text])
    name = StringField(_("Nama penanda tangan"), filters=[clean_text])
    version = RadioField(
        _("Versi"),
        choices=[
            SelectChoice(INTERNAL, _("Untuk petugas: semua angka")),
            SelectChoice(PUBLIC, _("Untuk diumumkan: kelompok kecil, penanggung jawab, dan catatan tidak ditampilkan")),
        ],
        default=INTERNAL,
    )
    file = HiddenField()

    def validate_place(self, field: StringField) -> None:
        """Hold the length."""
        _hold(field)

    def validate_position(self, field: StringField) -> None:
        """Hold the length."""
        _hold(field)

    def validate_name(self, field: StringField) -> None:
        """Hold the length."""
        _hold(field)

    def validate_file(self, field: HiddenField) -> None:
        """Refuse a file there is not."""
        if field.data != ARCHIVE and field.data not in set(ReportFile):
            raise ValidationError(gettext("Pilih berkas yang akan diunduh dengan salah satu tombol."))

    @property
    def signing(self) -> Signing:
        """Return what was written."""
        assert self.signed_on.data is not None  # noqa: S101 - the form asks for it
        return Signing(
            self.place.data or "", self.signed_on.data, name=self.name.data or "", position=self.position.data or ""
        )

    @property
    def is_public(self) -> bool:
        """Tell whether the version for everybody is wanted."""
        return bool(self.version.data == PUBLIC)


def _hold(field: StringField) -> None:
    hold_length(field, gettext("Tulis paling banyak %(most)d huruf."), 0, WORDS_MAX)
