"""From a report to what another agency made of it, and back, with the code the reporter has."""

from __future__ import annotations

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app import clock
from feedback_app.blueprints import carried
from feedback_app.blueprints.opened_report import check_same_report, opened, to_lookup, to_status
from feedback_app.blueprints.tracking import bp
from feedback_app.db import db
from feedback_app.handling.citizens.tracked import Tracked
from feedback_app.handling.handing_on.referral_links import ReferralLink, referred_from, referred_to


@bp.post("/lacak/rujukan")
def referred() -> ResponseReturnValue:
    """Open the report on the other side of a referral in this browser."""
    report = opened()
    if report is None:
        return to_lookup()
    check_same_report()
    session = db.session()
    side = referred_from if request.form.get("side") == "from" else referred_to
    link = side(session, report.agency_id, report.submission_id)
    if link is None or link.tracking_hash is None:
        flash(gettext("Laporan itu tidak dapat dibuka dari sini."), "error")
        return to_status()
    carried.carry_tracked(link.tracking_hash, now=clock.utcnow())
    return to_status()


def referral_links(report: Tracked) -> list[tuple[str, ReferralLink]]:
    """Return the sides a report can be followed to: "from" where it came from, "to" where it went."""
    session = db.session()
    sides = (("from", referred_from), ("to", referred_to))
    found = ((name, side(session, report.agency_id, report.submission_id)) for name, side in sides)
    return [(name, link) for name, link in found if link is not None]


bp.record_once(lambda state: state.app.add_template_global(referral_links, "referral_links"))
