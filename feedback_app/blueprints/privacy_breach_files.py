"""The written notice of a breach as a file, and the list of what it reached, in numbers and without an address."""

from __future__ import annotations

import io

from flask import make_response
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from feedback_app.blueprints.access import requires
from feedback_app.blueprints.privacy_breaches import found_breach
from feedback_app.blueprints.privacy_frame import MANAGE, bp
from feedback_app.db import db
from feedback_app.organisation.models import Agency
from feedback_app.privacy.breaches.document import Notice, notice_of, plain_text
from feedback_app.privacy.breaches.queries import count_reached, reached_rows
from feedback_app.privacy.models import Breach
from feedback_app.reporting.breach_file import notice_pdf
from feedback_app.safe_table import SafeTable


@bp.get("/privasi/kejadian/<int:breach_id>/berkas/<kind>")
@requires(MANAGE)
def notice_file(breach_id: int, kind: str) -> ResponseReturnValue:
    """Give the notice as a file, for the authority or for citizens; or the list of what was reached, in numbers."""
    found, agency = found_breach(breach_id)
    if kind == "terkena.csv":
        return _file(_reached_csv(found), "text/csv; charset=utf-8", f"kejadian-{found.id}-{kind}")
    to, _, ending = kind.partition(".")
    if to not in {"lembaga", "warga"} or ending not in {"pdf", "txt"}:
        raise NotFound
    made = _notice(found, agency, to_authority=to == "lembaga")
    name = f"kejadian-{found.id}-{kind}"
    if ending == "txt":
        return _file(plain_text(made).encode(), "text/plain; charset=utf-8", name)
    return _file(notice_pdf(made, found.written_at.date()), "application/pdf", name)


def _notice(found: Breach, agency: Agency, *, to_authority: bool) -> Notice:
    reached = count_reached(db.session(), found)
    return notice_of(found, agency.name, agency.time_zone, feedback=reached.feedback, to_authority=to_authority)


def _reached_csv(found: Breach) -> bytes:
    written = io.StringIO()
    rows = SafeTable(written)
    rows.row(["kiriman", "diterima", "ada_alamat"])
    for number, day, has_address in reached_rows(db.session(), found):
        rows.row([number, day.isoformat(), "ya" if has_address else "tidak"])
    return written.getvalue().encode()


def _file(content: bytes, media_type: str, name: str) -> ResponseReturnValue:
    answer = make_response(content)
    answer.headers["Content-Type"] = media_type
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
