"""The forms of employees who answer to their figures, of evaluators who name a reviewer, and of reviewers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, MultipleFileField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import ValidationError

from feedback_app.blueprints.forms.staff import StaffForm, hold_length
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.evaluation.replies.conflicts import Candidate
from feedback_app.evaluation.replies.contests import WORDS_MIN
from feedback_app.evaluation.replies.files import FILES_MAX
from feedback_app.evaluation.replies.models import WORDS_MAX
from feedback_app.evaluation.replies.reviewing import EXPLANATION_MIN, Decision
from feedback_app.evaluation.replies.rules import (
    OUTCOMES_FOR,
    REASONS_FOR,
    ContestKind,
    ContestOutcome,
    ContestReason,
    Correction,
    corrections_for,
)
from feedback_app.intake.rules import clean_text


class ContestForm(StaffForm):
    """What an employee says against one thing, which `kind` and `thing` name."""

    kind = HiddenField()
    thing = HiddenField()
    reason = RadioField(_("Mengapa hal ini tidak seharusnya dihitung?"), validate_choice=False)
    words = TextAreaField(_("Jelaskan dengan kata-kata Anda"), filters=[clean_text])
    files = MultipleFileField(_("Berkas pendukung"))

    def __init__(self, kind: ContestKind, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reasons = [reason for reason in ContestReason if reason in REASONS_FOR[kind]]
        self.reason.choices = [SelectChoice(reason.value, label(reason)) for reason in self.reasons]

    def validate_reason(self, field: RadioField) -> None:
        """Ask for one of the reasons that go with the thing."""
        if field.data not in self.reasons:
            raise ValidationError(gettext("Pilih salah satu alasan."))

    def validate_words(self, field: TextAreaField) -> None:
        """Hold the length."""
        hold_length(
            field, gettext("Tulis %(least)d sampai %(most)d huruf; ini %(length)d huruf."), WORDS_MIN, WORDS_MAX
        )

    def validate_files(self, _field: MultipleFileField) -> None:
        """Hold the number of files."""
        if len(self.chosen_files) > FILES_MAX:
            raise ValidationError(gettext("Paling banyak %(most)d berkas.", most=FILES_MAX))

    @property
    def chosen_files(self) -> list[FileStorage]:
        """Return the files that were chosen; a form without any sends one without a name."""
        return [file for file in self.files.data or () if isinstance(file, FileStorage) and file.filename]


class StatementForm(StaffForm):
    """What an employee says beside their figures; empty takes it back."""

    # Both forms stand on one page, so neither field may bear the plain name as its id.
    words = TextAreaField(_("Pernyataan Anda"), filters=[clean_text], id="statement-words")
    seen = HiddenField()

    def validate_words(self, field: TextAreaField) -> None:
        """Hold the length."""
        hold_length(field, gettext("Pernyataan paling banyak %(most)d huruf; ini %(length)d huruf."), 0, WORDS_MAX)


class ObjectionForm(StaffForm):
    """What an employee objects to in a final result."""

    words = TextAreaField(_("Keberatan Anda"), filters=[clean_text], id="objection-words")

    def validate_words(self, field: TextAreaField) -> None:
        """Hold the length."""
        hold_length(
            field, gettext("Tulis %(least)d sampai %(most)d huruf; ini %(length)d huruf."), WORDS_MIN, WORDS_MAX
        )


class AssignForm(StaffForm):
    """Who is to decide a contest, and whom the page named when it was opened."""

    reviewer_id = SelectField(_("Penelaah"), validate_choice=False)
    seen = HiddenField()

    def __init__(self, offered: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        choices = [SelectChoice(str(one.user_id), one.name) for one in offered if one.conflict is None]
        self.reviewer_id.choices = [SelectChoice("", gettext("Pilih penelaah")), *choices]

    def validate_reviewer_id(self, field: SelectField) -> None:
        """Ask for an account; whether it may is asked of the rules, which say why not."""
        if number_or_none(field.data) is None:
            raise ValidationError(gettext("Pilih penelaah dari daftar."))

    @property
    def seen_reviewer(self) -> int | None:
        """Return whom the page named, if anybody."""
        return number_or_none(self.seen.data)


class DecisionForm(StaffForm):
    """What a reviewer found, what others have to put right, and why."""

    outcome = RadioField(_("Putusan"), validate_choice=False)
    correction = RadioField(_("Apa yang harus diperbaiki?"), validate_choice=False)
    explanation = TextAreaField(_("Penjelasan untuk pegawai"), filters=[clean_text])

    def __init__(self, kind: ContestKind, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kind = kind
        outcomes = OUTCOMES_FOR[kind]
        corrections = dict.fromkeys(one for outcome in outcomes for one in corrections_for(kind, outcome))
        self.outcome.choices = [SelectChoice(outcome.value, label(outcome)) for outcome in outcomes]
        self.correction.choices = [SelectChoice(one.value, label(one)) for one in corrections]
        if not corrections:
            del self.correction

    def validate_outcome(self, field: RadioField) -> None:
        """Ask for one of the outcomes that go with the thing."""
        if field.data not in OUTCOMES_FOR[self._kind]:
            raise ValidationError(gettext("Pilih putusan."))

    def validate_correction(self, field: RadioField) -> None:
        """Ask what is to be put right where others have to; drop the answer where nobody has to."""
        if self.outcome.data not in OUTCOMES_FOR[self._kind]:
            return
        known = corrections_for(self._kind, ContestOutcome(self.outcome.data))
        if not known:
            field.data = None
        elif field.data not in known:
            raise ValidationError(gettext("Pilih apa yang harus diperbaiki akibat putusan ini."))

    def validate_explanation(self, field: TextAreaField) -> None:
        """Hold the length."""
        sentence = gettext("Tulis %(least)d sampai %(most)d huruf; ini %(length)d huruf.")
        hold_length(field, sentence, EXPLANATION_MIN, WORDS_MAX)

    def decision(self) -> Decision:
        """Return what a form says that `validate` has passed."""
        chosen = self.correction.data if "correction" in self else None
        return Decision(
            ContestOutcome(self.outcome.data), self.explanation.data or "", Correction(chosen) if chosen else None
        )
