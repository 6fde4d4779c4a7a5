"""The forms with which an officer speaks to the public: a complaint to publish, a change to announce."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs

from feedback_app.blueprints.forms.staff import StaffForm, hold_length, take_from
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.handling.publication.improvements import IMPROVEMENT_MAX
from feedback_app.handling.rules import PUBLICATION_MAX, PUBLICATION_MIN
from feedback_app.intake.rules import clean_text
from feedback_app.organisation.within_reach import ReachedUnit


class PublishForm(StaffForm):
    """A complaint and its answer in the words to be published."""

    text = TextAreaField(_("Laporan yang diterbitkan"), filters=[clean_text])
    reply = TextAreaField(_("Tanggapan yang diterbitkan"), filters=[clean_text])
    seen = HiddenField()

    def validate_text(self, field: TextAreaField) -> None:
        """Hold the length of a publication."""
        _hold(field, PUBLICATION_MAX)

    def validate_reply(self, field: TextAreaField) -> None:
        """Hold the length of an answer; there may be none."""
        if field.data:
            _hold(field, PUBLICATION_MAX)

    @property
    def seen_id(self) -> int | None:
        """Return the publication its author had in front of them, 0 for none, None where the form did not say."""
        return number_or_none(self.seen.data)


class ImprovementForm(StaffForm):
    """A change that a unit announces."""

    unit = SelectField(_("Unit"), validate_choice=False)
    improvement = TextAreaField(_("Apa yang akan Anda perbaiki?"), filters=[clean_text])

    def __init__(self, units: Sequence[ReachedUnit], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = {f"{unit.agency_id}-{unit.id}": unit for unit in units}
        self.unit.choices = [SelectChoice(key, unit.name) for key, unit in self.units.items()]

    def validate_unit(self, field: SelectField) -> None:
        """Refuse a unit out of reach; who answers for one unit only need not name it."""
        take_from(field, self.units, gettext("Pilih unit dari daftar."))

    def validate_improvement(self, field: TextAreaField) -> None:
        """Hold the length of an entry on the board."""
        _hold(field, IMPROVEMENT_MAX)

    @property
    def chosen(self) -> ReachedUnit:
        """Return the unit of a valid form."""
        return self.units[self.unit.data]


def _hold(field: TextAreaField, most: int) -> None:
    sentence = gettext("Tulisan ini harus %(least)d sampai %(most)d huruf; sekarang %(length)d huruf.")
    hold_length(field, sentence, PUBLICATION_MIN, most)
