"""What to do next in a survey, in one sentence for whoever looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext

from feedback_app.blueprints.access import my_permissions
from feedback_app.blueprints.formats import day as day_in_words
from feedback_app.blueprints.formats import number
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.survey_frame import day_at, readable_units
from feedback_app.blueprints.survey_links import address_of
from feedback_app.db import db
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.survey.models import Period
from feedback_app.survey.opening import Obstacle, ObstacleKind, obstacles
from feedback_app.survey.period_life import is_published
from feedback_app.survey.progress import asked_for, by_unit
from feedback_app.survey.queries import periods_of, targets_of
from feedback_app.survey.rules import PeriodState
from feedback_app.survey.targets import usable_instruments
from feedback_app.survey.unplanned import has_results, without_plan


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: a sentence, and where (words of a button and its address); `is_act` sends instead of leading."""

    sentence: str
    words: str = ""
    address: str | None = None
    is_act: bool = False


def current_period(periods: Sequence[Period], day: date) -> Period | None:
    """Return the period that matters now, so that a draft of a later one hides nothing that is still to be done.

    Open, past its end and not closed, closed without publication or follow-up plan, the next draft, the last closed.
    """
    of_state = {state: [period for period in periods if period.state is state] for state in PeriodState}
    running = [period for period in of_state[PeriodState.OPEN] if period.starts_on <= day <= period.ends_on]
    ended = [period for period in of_state[PeriodState.OPEN] if period.ends_on < day]
    unfinished = [one for one in of_state[PeriodState.CLOSED][:1] if _is_unfinished(one)]
    drafts = list(reversed(of_state[PeriodState.DRAFT]))
    order = (running, ended, unfinished, of_state[PeriodState.OPEN], drafts, of_state[PeriodState.CLOSED])
    return next((found[0] for found in order if found), None)


def _is_unfinished(period: Period) -> bool:
    session = db.session()
    if not has_results(session, period):
        return False
    return not is_published(session, period) or bool(without_plan(session, period))


def next_step(agency: Agency, *, is_manager: bool) -> Step:
    """Return what the reader does next about the surveys of an agency."""
    period = current_period(periods_of(db.session(), agency.id), day_at(agency))
    if period is not None:
        return step_of(period, agency, is_manager=is_manager)
    if not is_manager:
        return Step(gettext("Belum ada periode survei. Pengelola instansi Anda yang menyiapkannya."))
    if usable_instruments(db.session(), agency.id):
        return _new_period(agency, gettext("Kuesioner sudah ada. Buat periode survei dengan tanggal dan sasarannya."))
    return Step(
        gettext("Mulai dengan kuesioner: sembilan pertanyaan resmi PermenPANRB 14/2017 siap dipakai."),
        gettext("Buat kuesioner resmi"), url_for("survey.make_official", agency_id=agency.id), is_act=True,
    )  # fmt: skip


def step_of(period: Period, agency: Agency, *, is_manager: bool) -> Step:
    """Return what the reader does next about one period."""
    if period.state is PeriodState.DRAFT:
        return _draft_step(period, agency) if is_manager else Step(_announced(period))
    if period.state is PeriodState.OPEN:
        return _open_step(period, agency, is_manager=is_manager)
    if period.state is PeriodState.CLOSED:
        return _closed_step(period, agency, is_manager=is_manager)
    return Step(gettext("Hasil dari sebelum platform ini; hanya untuk dibaca."))


def _announced(period: Period) -> str:
    return str(gettext("Survei berikutnya direncanakan mulai %(day)s.", day=day_in_words(period.starts_on)))


def _draft_step(period: Period, agency: Agency) -> Step:
    found = obstacles(db.session(), period, today=day_at(agency))
    here = url_for("survey.period", period_id=period.id)
    if found:
        lacking = translated(found[0].sentence)
        sentence = gettext("Rancangan “%(name)s”: %(lacking)s", name=period.name, lacking=lacking)
        return Step(sentence, gettext("Lengkapi"), where_to_mend(period, found[0]))
    return Step(
        gettext("Rancangan “%(name)s” lengkap. Buka periodenya supaya jawaban dapat masuk.", name=period.name),
        gettext("Periksa dan buka"), here,
    )  # fmt: skip


def where_to_mend(period: Period, obstacle: Obstacle) -> str:
    """Return the page on which an obstacle is mended."""
    if obstacle.kind is ObstacleKind.TARGETS:
        return url_for("survey.targets", period_id=period.id)
    if obstacle.kind is ObstacleKind.QUESTIONS:
        return url_for("survey.instrument", instrument_id=obstacle.instrument_id)
    return url_for("survey.edit_period", period_id=period.id)


def _open_step(period: Period, agency: Agency, *, is_manager: bool) -> Step:
    here = url_for("survey.period", period_id=period.id)
    if day_at(agency) > period.ends_on:
        ended = day_in_words(period.ends_on)
        if is_manager:
            sentence = gettext(
                "“%(name)s” berakhir %(day)s. Tutup supaya hasilnya dihitung.", name=period.name, day=ended
            )
            return Step(sentence, gettext("Tutup periode"), here)
        return Step(gettext("“%(name)s” berakhir %(day)s dan menunggu ditutup pengelola.", name=period.name, day=ended))
    surveyed = {target.unit_id for target in targets_of(db.session(), agency.id, period.id)}
    oversees = len(surveyed) > 1 and surveyed <= readable_units(agency.id)
    words, address = _collecting(period, oversees=oversees)
    return Step(_progress(period, agency), words, address)


def _collecting(period: Period, *, oversees: bool) -> tuple[str, str]:
    """Return the way to typing for who works in a unit; who oversees all units reads how far they are."""
    if Permission.ENTER_SURVEY in my_permissions() and not oversees:
        return gettext("Ketik kuesioner kertas"), address_of("survey_paper.start", period)
    return gettext("Lihat kemajuannya"), address_of("survey_results.period", period)


def _progress(period: Period, agency: Agency) -> str:
    units = by_unit(db.session(), period, readable_units(agency.id))
    received, asked = sum(unit.received for unit in units), asked_for(units)
    shown: dict[str, Any] = {"name": period.name, "n": number(received, 0), "day": day_in_words(period.ends_on)}
    if asked is None:
        return str(gettext("“%(name)s” terbuka sampai %(day)s: %(n)s kuesioner masuk.", **shown))
    return str(
        gettext(
            "“%(name)s” terbuka sampai %(day)s: %(n)s kuesioner masuk dari paling sedikit %(asked)s.",
            asked=number(asked, 0), **shown,
        )
    )  # fmt: skip


def _closed_step(period: Period, agency: Agency, *, is_manager: bool) -> Step:
    here = url_for("survey.period", period_id=period.id)
    if not is_published(db.session(), period):
        if is_manager:
            return Step(
                gettext("“%(name)s” sudah dihitung. Baca hasilnya, lalu terbitkan.", name=period.name),
                gettext("Baca dan terbitkan"), here,
            )  # fmt: skip
        return _plan_or_read(period, gettext("“%(name)s” sudah dihitung dan menunggu diterbitkan.", name=period.name))
    unplanned = without_plan(db.session(), period)
    if is_manager and unplanned:
        sentence = ngettext(
            "“%(name)s” sudah terbit. %(n)s unit belum menyusun rencana tindak lanjut.",
            "“%(name)s” sudah terbit. %(n)s unit belum menyusun rencana tindak lanjut.",
            len(unplanned), name=period.name, n=number(len(unplanned), 0),
        )  # fmt: skip
        return Step(sentence, gettext("Buka rencana tindak lanjut"), address_of("survey_actions.period", period))
    if is_manager:
        return _new_period(
            agency, gettext("“%(name)s” sudah terbit. Siapkan periode berikutnya bila waktunya tiba.", name=period.name)
        )
    return _plan_or_read(period, gettext("“%(name)s” sudah terbit.", name=period.name))


def _plan_or_read(period: Period, sentence: str) -> Step:
    if Permission.PLAN_FOLLOW_UP in my_permissions():
        more = gettext("Susun rencana tindak lanjut untuk unsur yang terendah, atau perbarui statusnya.")
        return Step(
            f"{sentence} {more}", gettext("Buka rencana tindak lanjut"), address_of("survey_actions.period", period)
        )
    return Step(sentence, gettext("Baca hasilnya"), address_of("survey_results.period", period))


def _new_period(agency: Agency, sentence: str) -> Step:
    return Step(sentence, gettext("Buat periode"), url_for("survey.new_period", agency_id=agency.id))
