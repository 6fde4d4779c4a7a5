"""The seals of the audit trail for everybody: `/.well-known/suara-audit.json`, to keep copies of.

Nothing in a seal is about anybody: a number, a moment, hashes, a signature (`audit.canonical.Statement`).
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from flask import Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from feedback_app.audit.chain import published
from feedback_app.audit.seal_models import AuditSeal
from feedback_app.blueprints.numbers import whole_number
from feedback_app.blueprints.public import bp
from feedback_app.db import db

SEALS_A_PAGE: Final = 200


@bp.get("/.well-known/suara-audit.json")
def audit_roots() -> ResponseReturnValue:
    """Return the newest seals, or those before a number, the newest first, and where older ones are."""
    before = request.args.get("before", type=whole_number)
    query = sa.select(*AuditSeal.__table__.c).order_by(AuditSeal.number.desc()).limit(SEALS_A_PAGE)
    rows = db.session.execute(query if before is None else query.where(AuditSeal.number < before)).all()
    is_more = len(rows) == SEALS_A_PAGE and rows[-1].number > 1
    answer: Response = jsonify(
        about="https://www.rfc-editor.org/rfc/rfc9162 (hash tree), https://www.rfc-editor.org/rfc/rfc8032 (signature)",
        latest=rows[0].number if rows and before is None else None,
        seals=[published(row).values() for row in rows],
        older=url_for("public.audit_roots", before=rows[-1].number) if is_more else None,
    )
    # A page of older seals never changes; the newest page by the minute.
    answer.headers["Cache-Control"] = f"public, max-age={60 if before is None else 86400}"
    return answer
