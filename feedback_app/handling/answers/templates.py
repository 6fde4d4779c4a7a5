"""Words for answers that come often: who writes them, for a unit and those below it or for the agency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person, record
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.handling.answers.models import TEMPLATE_NAME_MAX, ReplyTemplate
from feedback_app.handling.answers.placeholders import check_known
from feedback_app.handling.models import REPLY_MAX
from feedback_app.handling.queries import version_on
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency, UnitVersion
from feedback_app.organisation.queries import reach, within
from feedback_app.organisation.whole_agencies import over_all_of
from feedback_app.organisation.whole_agencies import whole_agencies as agencies_looked_after


class UnknownTemplateError(NotFoundError):
    """No such template, or none that this account may use."""

    code = "unknown_template"


class TemplateLengthError(InvalidInputError):
    """A template needs a name and words, and neither without end."""

    code = "template_length"


class TemplateNameTakenError(ConflictError):
    """Two templates of one unit under one name cannot be told apart."""

    code = "template_name_taken"


class TemplateChangedError(ConflictError):
    """A colleague changed the template while it was being rewritten."""

    code = "template_changed"


@dataclass(frozen=True, slots=True)
class Listed:
    """A template with the name of its unit; without one it is of the whole agency."""

    template: ReplyTemplate
    agency_name: str
    unit_name: str | None


def managed(session: Session, user_id: int, *, day: date) -> list[Listed]:
    """Return the templates somebody may change, by agency, unit and name; those of the agency first."""
    rows = session.execute(
        sa.select(ReplyTemplate, Agency.name, UnitVersion.name)
        .join(Agency, Agency.id == ReplyTemplate.agency_id)
        .outerjoin(UnitVersion, version_on(ReplyTemplate.agency_id, ReplyTemplate.unit_id, day))
        .where(_may_manage(user_id, day), ReplyTemplate.removed_at.is_(None))
        .order_by(Agency.name, UnitVersion.name.nulls_first(), sa.func.lower(ReplyTemplate.name))
    )
    return [Listed(*row) for row in rows]


def template_for(
    session: Session, user_id: int, template_id: int, *, day: date, for_update: bool = False
) -> ReplyTemplate:
    """Return a template that somebody may change.

    Raises
    ------
    UnknownTemplateError
    """
    query = sa.select(ReplyTemplate).where(
        ReplyTemplate.id == template_id, ReplyTemplate.removed_at.is_(None), _may_manage(user_id, day)
    )
    found = session.scalar(query.with_for_update() if for_update else query)
    if found is None:
        raise UnknownTemplateError("Templat itu tidak ada di unit Anda.")
    return found


def whole_agencies(session: Session, user_id: int, *, day: date) -> Sequence[Agency]:
    """Return the agencies for all of which somebody may write templates."""
    return agencies_looked_after(session, user_id, Permission.MANAGE_TEMPLATES, day)


def _may_manage(user_id: int, day: date) -> sa.ColumnElement[bool]:
    permission = Permission.MANAGE_TEMPLATES
    over_all = over_all_of(ReplyTemplate.agency_id, user_id, permission, day)
    return sa.or_(
        within(reach(user_id, permission, day), ReplyTemplate.agency_id, ReplyTemplate.unit_id),
        sa.and_(ReplyTemplate.unit_id.is_(None), over_all),
    )


def write_template(
    session: Session, agency_id: int, unit_id: int | None, name: str, text: str, *, user_id: int, now: datetime
) -> ReplyTemplate:
    """Add a template of a unit and those below it, or of the agency.

    Raises
    ------
    TemplateLengthError
    TemplateNameTakenError
    feedback_app.handling.answers.placeholders.UnknownPlaceholderError
    """
    _check(name, text)
    template = ReplyTemplate(
        agency_id=agency_id, unit_id=unit_id, name=name, text=text, written_by=user_id, written_at=now,
        removed_at=None,
    )  # fmt: skip
    _save(session, template)
    _note(session, template, "handling.write_template", user_id, now)
    return template


def rewrite_template(
    session: Session,
    template: ReplyTemplate,
    name: str,
    text: str,
    *,
    seen_at: datetime | None,
    user_id: int,
    now: datetime,
) -> None:
    """Change a template; answers sent with it stay as they are. `seen_at` is `written_at` of the one that was open.

    Raises
    ------
    TemplateChangedError
    TemplateLengthError
    TemplateNameTakenError
    feedback_app.handling.answers.placeholders.UnknownPlaceholderError
    """
    if seen_at is not None and seen_at != template.written_at:
        raise TemplateChangedError(
            "Templat ini diubah rekan Anda sejak Anda membukanya. Baca tulisannya, lalu simpan lagi bila masih perlu."
        )
    _check(name, text)
    template.name, template.text = name, text
    template.written_by, template.written_at = user_id, now
    _save(session, template)
    _note(session, template, "handling.rewrite_template", user_id, now)


def remove_template(session: Session, template: ReplyTemplate, *, user_id: int, now: datetime) -> None:
    """Take a template away; its row stays, for the audit trail names it."""
    template.removed_at = now
    session.flush()
    _note(session, template, "handling.remove_template", user_id, now)


def _check(name: str, text: str) -> None:
    if not (1 <= len(name) <= TEMPLATE_NAME_MAX and 1 <= len(text) <= REPLY_MAX):
        raise TemplateLengthError(
            f"Isi nama templat, paling banyak {TEMPLATE_NAME_MAX} huruf, dan tulisannya, paling banyak {REPLY_MAX}."
        )
    check_known(text)


def _save(session: Session, template: ReplyTemplate) -> None:
    session.add(template)
    try:
        session.flush()
    except IntegrityError as error:
        if "uq_reply_templates_name" in str(error.orig):
            raise TemplateNameTakenError("Sudah ada templat dengan nama itu di unit ini. Beri nama lain.") from error
        raise


def _note(session: Session, template: ReplyTemplate, action: str, user_id: int, now: datetime) -> None:
    record(
        session, agency_id=template.agency_id, actor=person(user_id), action=action, subject_type="reply_template",
        subject_id=template.id, now=now, unit_id=template.unit_id,
    )  # fmt: skip
