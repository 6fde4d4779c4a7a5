"""The forms around answers: notes for colleagues, templates, one text to many, and what to merge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import ValidationError

from feedback_app.blueprints.forms.staff import ReplyForm, StaffForm, hold_length, take_from
from feedback_app.handling.answers.models import TEMPLATE_NAME_MAX
from feedback_app.handling.answers.placeholders import unknown_in
from feedback_app.handling.desk.models import NOTE_MAX, NOTE_MIN
from feedback_app.handling.models import REPLY_MAX
from feedback_app.intake.rules import clean_text
from feedback_app.organisation.models import Agency
from feedback_app.organisation.within_reach import ReachedUnit


class NoteForm(StaffForm):
    """A note on a case for colleagues."""

    text = TextAreaField(_("Catatan untuk rekan"), filters=[clean_text])

    def validate_text(self, field: TextAreaField) -> None:
        """Hold the length of a note."""
        sentence = gettext("Catatan harus %(least)d sampai %(most)d huruf; ini %(length)d huruf.")
        hold_length(field, sentence, NOTE_MIN, NOTE_MAX)


class TemplateForm(StaffForm):
    """A reply template: whose it is, its name and its words."""

    scope = SelectField(_("Berlaku untuk"), validate_choice=False)
    name = StringField(_("Nama templat"), filters=[clean_text])
    text = TextAreaField(_("Tulisan templat"), filters=[clean_text])
    seen_at = HiddenField()

    def __init__(self, agencies: Sequence[Agency], units: Sequence[ReachedUnit], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scopes: dict[str, tuple[int, int | None]] = {f"{agency.id}-": (agency.id, None) for agency in agencies}
        self.scopes |= {f"{unit.agency_id}-{unit.id}": (unit.agency_id, unit.id) for unit in units}
        self.unit_names: dict[int | None, str] = {unit.id: unit.name for unit in units}
        everybody = [
            SelectChoice(f"{agency.id}-", gettext("Semua unit di %(agency)s", agency=agency.name))
            for agency in agencies
        ]
        below = [SelectChoice(f"{unit.agency_id}-{unit.id}", unit.name) for unit in units]
        self.scope.choices = [*everybody, *below]

    def validate_scope(self, field: SelectField) -> None:
        """Refuse a unit out of reach; who heads one unit only need not name it."""
        take_from(field, self.scopes, gettext("Pilih unit dari daftar."))

    def validate_name(self, field: StringField) -> None:
        """Ask for a name that fits a list."""
        if not 1 <= len(field.data or "") <= TEMPLATE_NAME_MAX:
            raise ValidationError(gettext("Beri nama templat, paling banyak %(most)d huruf.", most=TEMPLATE_NAME_MAX))

    def validate_text(self, field: TextAreaField) -> None:
        """Hold the length of an answer, and name a placeholder that no case can fill in."""
        words = field.data or ""
        if not 1 <= len(words) <= REPLY_MAX:
            raise ValidationError(gettext("Isi tulisan templat, paling banyak %(most)d huruf.", most=REPLY_MAX))
        _refuse_unknown(words)

    @property
    def chosen(self) -> tuple[int, int | None]:
        """Return the agency and the unit (None: all of it) of a valid form."""
        return self.scopes[self.scope.data]

    @property
    def seen(self) -> datetime | None:
        """Return when the template was written that its author had open; None where the form did not say."""
        try:
            return datetime.fromisoformat(self.seen_at.data or "")
        except ValueError:
            return None


class CollectiveForm(ReplyForm):
    """One answer to many; placeholders in it are filled in for each."""

    def validate_text(self, field: TextAreaField) -> None:
        """Hold the length of an answer, and name a placeholder that no case can fill in."""
        super().validate_text(field)
        _refuse_unknown(field.data or "")


class MergeForm(StaffForm):
    """Reports to merge with a case: those ticked, and one named by its number."""

    number = StringField(_("Nomor kasus lain"), filters=[clean_text])


def _refuse_unknown(words: str) -> None:
    if (name := unknown_in(words)) is not None:
        raise ValidationError(
            gettext("Isian {%(name)s} tidak dikenal. Pilih dari daftar isian, atau hapus kurungnya.", name=name)
        )
