"""The figures of a head's units, and the cases behind each."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_security import current_user

from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.charts import line_chart, step_chart
from feedback_app.blueprints.dashboard_question import Question, read_question
from feedback_app.blueprints.dashboard_survey import survey_block
from feedback_app.blueprints.dashboard_words import PERIODS, difference, figure_words
from feedback_app.blueprints.due import due
from feedback_app.blueprints.numbers import asked_page
from feedback_app.blueprints.paging import pages_of
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.figures.counts import OF_NOW
from feedback_app.handling.figures.dashboard import cases_of_figure
from feedback_app.handling.figures.dashboard import dashboard as counted
from feedback_app.handling.figures.rules import FEW_CASES, SHARE_FROM, WEEKS_SHOWN, share
from feedback_app.handling.figures.survival import Estimate
from feedback_app.handling.figures.times import times_of
from feedback_app.handling.rules import Classification
from feedback_app.identity.rules import Permission
from feedback_app.intake.rules import RATING_MAX, RATING_MIN
from feedback_app.measures.anomaly_queries import count_quarantined
from feedback_app.measures.rating_trend import rating_weeks

bp = staff_blueprint("dashboard")

SHOWN_PER_PAGE: Final = 50
# Names, in an address, the time a period is compared with.
BEFORE: Final = "before"
# Days whose share a table tells; those beyond the longest wait are left out.
TOLD_DAYS: Final = (1, 2, 3, 5, 7, 10, 14, 20, 30, 45, 60, 90, 120)


@bp.get("/dasbor")
@requires(Permission.READ_DASHBOARD)
def page() -> ResponseReturnValue:
    """Show what changed, what is late, how long people wait and what they say of the answers."""
    question = read_question()
    if question is None:
        return render_template("dashboard/none.html")
    session, zone = db.session(), question.place.zone
    scope = question.scope.looked_up(session)
    rule = clocks_of(session, question.scope.agency_id).rule(
        Classification.NO_OVERSIGHT, question.now, question.scope.unit_id
    )
    times = times_of(session, scope, question.asked)
    weeks = rating_weeks(
        session, current_user.id, agency_id=question.scope.agency_id, unit_id=question.scope.unit_id, day=today(),
        weeks=WEEKS_SHOWN,
    )  # fmt: skip
    shown = render_template(
        "dashboard/page.html",
        **_frame(question),
        figures=counted(session, scope, question.asked, question.before, zone),
        times=times,
        told_rows=_told,
        reply_chart=step_chart(times.reply, rule.reply_working_days),
        settlement_chart=step_chart(times.settlement, rule.resolve_working_days),
        rule=rule,
        weeks=weeks,
        week_labels=[format_date(week.starts_on, "d/M") for week in weeks],
        rating_chart=line_chart(
            [[week.proven_mean for week in weeks], [week.open_mean for week in weeks]], RATING_MIN, RATING_MAX
        ),
        anomalies=count_quarantined(session, current_user.id, today()),
        survey=survey_block(session, question, today()),
        few=FEW_CASES,
        share_from=SHARE_FROM,
        share=share,
        difference=difference,
        wrong=translated(question.wrong.message) if question.wrong else None,
    )
    return shown, question.wrong.status if question.wrong else 200


@bp.get("/dasbor/kasus")
@requires(Permission.READ_DASHBOARD)
def cases() -> ResponseReturnValue:
    """Show exactly the cases that one figure counts."""
    question = read_question()
    if question is None:
        return render_template("dashboard/none.html")
    key = request.args.get("figure", "")
    is_before = request.args.get("when") == BEFORE and key not in OF_NOW
    asked = question.before if is_before else question.asked
    rows, total = cases_of_figure(db.session(), question.scope, key, asked, page=asked_page(), size=SHOWN_PER_PAGE)
    return render_template(
        "dashboard/cases.html",
        **_frame(question),
        key=key,
        is_of_now=key in OF_NOW,
        when=BEFORE if is_before else None,
        rows=rows,
        total=total,
        page=asked_page(),
        pages=pages_of(total, SHOWN_PER_PAGE),
        due=partial(due, now=question.now),
    )


def _told(curve: Estimate) -> list[dict[str, float]]:
    """Return what a table tells of a curve: the share that is over after so many days, with its interval."""
    last = float(curve.times[-1])
    days = [day for day in TOLD_DAYS if day <= last] or [TOLD_DAYS[0]]
    places = [int(np.searchsorted(curve.times, day, side="right")) - 1 for day in days]
    return [
        {
            "days": day,
            "share": 1 - float(curve.still[place]) if place >= 0 else 0.0,
            "low": 1 - float(curve.upper[place]) if place >= 0 else 0.0,
            "high": 1 - float(curve.lower[place]) if place >= 0 else 0.0,
        }
        for day, place in zip(days, places, strict=True)
    ]


def _frame(question: Question) -> dict[str, object]:
    return {
        "question": question,
        "place": question.place,
        "period": question.period,
        "zone": question.place.zone.key,
        "periods": PERIODS,
        "words": figure_words,
    }
