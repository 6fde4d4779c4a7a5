"""The page of one case, whichever request led to it."""

from __future__ import annotations

from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.blueprints import (
    act_forms,
    case_panels,
    case_story,
    duplicates_panel,
    life_panels,
    machine_reading,
    reply_panel,
)
from feedback_app.blueprints.access import today
from feedback_app.blueprints.case_card import card, is_open
from feedback_app.blueprints.case_deadlines import case_deadlines
from feedback_app.blueprints.forms.staff import ReplyForm
from feedback_app.blueprints.my_cases import is_mine
from feedback_app.db import db
from feedback_app.errors import ConflictError
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.models import Case
from feedback_app.handling.queries import CaseFile, case_file
from feedback_app.identity.queries import names_of
from feedback_app.identity.rules import Permission


class CaseChangedError(ConflictError):
    """Somebody, or the citizen, moved the case while an answer was being written."""

    code = "case_changed"


def check_unchanged(case: Case, seen_version: int | None) -> None:
    """Refuse an answer written in front of an older state of a case.

    Raises
    ------
    CaseChangedError
    """
    if seen_version is not None and seen_version != case.version:
        raise CaseChangedError(
            "Kasus ini berubah sejak Anda membukanya. Baca keadaan terakhirnya, lalu kirim lagi bila masih perlu."
        )


def case_page(case: Case, form: ReplyForm, *, original: str | None = None) -> str:
    """Return the page: what to do next on top, then the words, the labels and what happened."""
    session = db.session()
    file = case_file(session, case, day=today())
    names = names_of(session, [case.assigned_to, *(event.actor_id for event in file.events)])
    can_answer = is_mine(case.id, Permission.ANSWER_CASE)
    return render_template(
        "cases/case.html",
        file=file,
        case=case,
        form=form,
        original=original,
        missing=case_story.missing_words(file),
        story=case_story.story(file, names),
        assigned_to=names.get(case.assigned_to) if case.assigned_to else None,
        deadlines=case_deadlines(session, file, now=clock.utcnow()),
        silence_days=_silence_days(session, case),
        can_answer=can_answer,
        can_reply=case.status in case_story.CAN_REPLY and case.duplicate_of is None,
        reply=reply_panel.read(case, form) if can_answer else None,
        is_open=is_open(case),
        **_parts(file, can_answer),
    )


def _parts(file: CaseFile, can_answer: bool) -> dict[str, Any]:
    """Return the card, the acts by group and the panels; last what was typed and has no place in any of them."""
    review = life_panels.read_review(file, can_answer)
    on_top = card(
        file,
        can_answer=can_answer,
        review=review,
        verify=life_panels.read_verify(file, can_answer),
        merged=duplicates_panel.read_merged(file, can_answer),
    )
    panels = case_panels.drawn(case_panels.PANELS, file, can_answer=can_answer)
    if review is not None and on_top.review is None:
        panels.insert(0, (case_panels.REVIEW, review))
    can_correct = life_panels.read_labels(file, can_answer) is not None
    return {
        "card": on_top,
        "panels": panels,
        "can_prove": any(template == case_panels.PROOFS and shown["rest"] for template, shown in panels),
        "groups": case_panels.drawn_acts(file, can_answer=can_answer),
        "reading": machine_reading.read(file, can_correct=can_correct),
        "unsent": act_forms.read_unsent(file, can_answer),
    }


def _silence_days(session: Session, case: Case) -> int:
    rule = clocks_of(session, case.agency_id).rule(case.classification, clock.utcnow(), case.unit_id)
    return rule.close_after_silence_working_days
