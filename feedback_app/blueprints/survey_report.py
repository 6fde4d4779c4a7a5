"""The report of a survey: which places have one, and its files to download."""

from __future__ import annotations

import io
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app, render_template, send_file
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person, record
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.forms.survey_report import ARCHIVE, ReportForm
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.blueprints.survey_frame import agency_of, readable_period, readable_units
from feedback_app.blueprints.survey_results_views import LeftOut
from feedback_app.config import Settings
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import UnknownAgencyError, UnknownUnitError
from feedback_app.organisation.whole_agencies import over_all_of
from feedback_app.reporting import files, places
from feedback_app.reporting.addresses import results_address
from feedback_app.reporting.files import MIME_TYPES, ReportFile
from feedback_app.reporting.gathering import closing_day, gather, stored_result
from feedback_app.reporting.protection import protected
from feedback_app.survey.elements import RULESETS
from feedback_app.survey.models import Period
from feedback_app.survey.rules import SMALLEST_PUBLISHED, PeriodState
from feedback_app.survey.stored import StoredResult, latest

bp = staff_blueprint("survey_report")

WORDS = {
    ReportFile.REPORT: (_("Laporan lengkap (PDF)"), _("Lima bab dan lampiran, siap dicetak dan ditandatangani.")),
    ReportFile.SHEET: (
        _("Lembar publikasi (PDF)"),
        _("Satu halaman A4 untuk ditempel di tempat pelayanan. Selalu dalam versi untuk umum."),
    ),
    ReportFile.WORKBOOK: (
        _("Buku kerja (XLSX)"),
        _("Semua nilai; bila matriks disertakan, dengan rumus yang dapat diperiksa."),
    ),
    ReportFile.MATRIX: (
        _("Matriks jawaban (CSV)"),
        _(
            "Jawaban tanpa identitas, terurut menurut isinya. Versi untuk umum memuatnya hanya bila paling sedikit 30 "
            "orang menjawab dan tidak ada angka yang ditutup."
        ),
    ),
    ReportFile.DATA_CSV: (
        _("Data terbuka (CSV)"),
        _("Nilai per unit, layanan, dan unsur. Selalu dalam versi untuk umum."),
    ),
    ReportFile.DATA_JSON: (_("Data terbuka (JSON)"), _("Isi yang sama untuk dibaca program, dengan metadatanya.")),
    ReportFile.METADATA: (_("Metadata (JSON)"), _("Konsep, definisi, rumus, dan satuan untuk portal Satu Data.")),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A period, its agency, and the unit whose report it is (None: the agency's)."""

    period: Period
    agency: Agency
    unit_id: int | None
    unit_code: str
    name: str


@bp.get("/skm/periode/<int:period_id>/laporan")
@requires(Permission.READ_SURVEY)
def period(period_id: int) -> ResponseReturnValue:
    """List the places within reach that have a report in a period."""
    found = readable_period(period_id)
    agency = agency_of(found)
    results = latest(db.session(), found) if found.state is PeriodState.CLOSED else None
    mine, names = readable_units(agency.id), places.directory(db.session(), agency, found)
    return render_template(
        "survey_report/period.html",
        period=found,
        agency=agency,
        whole=results.agency if results and _reads_all(agency) else None,
        units=sorted(
            ((names.units[one.unit_id].name, one) for one in (results.units if results else ()) if one.unit_id in mine),
            key=lambda pair: pair[0],
        ),
    )


@bp.route("/skm/periode/<int:period_id>/laporan/instansi", methods=["GET", "POST"])
@requires(Permission.READ_SURVEY)
def agency(period_id: int) -> ResponseReturnValue:
    """Show what the report of an agency takes, and give its files."""
    found = readable_period(period_id)
    owner = agency_of(found)
    if not _reads_all(owner):
        raise UnknownAgencyError("Laporan instansi hanya untuk yang membaca survei semua unitnya.")
    return _page(_Asked(found, owner, None, "", owner.name))


@bp.route("/skm/periode/<int:period_id>/laporan/<int:unit_id>", methods=["GET", "POST"])
@requires(Permission.READ_SURVEY)
def unit(period_id: int, unit_id: int) -> ResponseReturnValue:
    """Show what the report of a unit takes, and give its files."""
    found = readable_period(period_id)
    owner = agency_of(found)
    if unit_id not in readable_units(owner.id):
        raise UnknownUnitError("Unit itu tidak ditemukan. Pilih dari daftar unit.")
    card = places.directory(db.session(), owner, found).units.get(unit_id)
    if card is None:
        raise UnknownUnitError("Unit itu tidak ditemukan. Pilih dari daftar unit.")
    return _page(_Asked(found, owner, unit_id, card.code, card.name))


def _page(asked: _Asked) -> ResponseReturnValue:
    _results, result = stored_result(db.session(), asked.period, asked.unit_id)
    form = ReportForm(data={"signed_on": closing_day(asked.agency, asked.period)})
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                return _file(asked, form)
            except DomainError as error:
                db.session.rollback()
                form.form_errors.append(error.message)
                status = error.status
    page = render_template(
        "survey_report/report.html",
        asked=asked,
        result=result,
        form=form,
        files=WORDS,
        left_out=_left_out(asked, result),
        has_address=bool(_public_address(asked)),
        least=SMALLEST_PUBLISHED,
    )
    return page, status


def _file(asked: _Asked, form: ReportForm) -> ResponseReturnValue:
    report = gather(
        db.session(), asked.period, asked.unit_id, signing=form.signing, public_address=_public_address(asked)
    )
    if form.is_public:
        report = protected(report)
    kind = str(form.file.data)
    made = files.archive(report) if kind == ARCHIVE else files.make(report, ReportFile(kind))
    record(
        db.session(), agency_id=asked.agency.id, actor=person(current_user.id), action="reporting.make",
        subject_type="skm_period", subject_id=asked.period.id, now=clock.utcnow(), unit=asked.unit_id,
        file=kind, version=report.version, is_public=form.is_public,
    )  # fmt: skip
    db.session.commit()
    return send_file(
        io.BytesIO(made.content), MIME_TYPES[made.name.rpartition(".")[2]], as_attachment=True, download_name=made.name
    )


def _left_out(asked: _Asked, result: StoredResult) -> list[LeftOut]:
    """Return the parts that were answered about and are not in the index."""
    if not result.left_out:
        return []
    names, rules = places.directory(db.session(), asked.agency, asked.period), RULESETS[result.ruleset]
    return [
        LeftOut(
            names.part_name(result, part.unit_id if asked.unit_id is None else part.service_id), part.received,
            tuple(rules.element(key).name for key in part.without),
        )
        for part in result.left_out
    ]  # fmt: skip


def _public_address(asked: _Asked) -> str:
    """Return where everybody reads the results: of a unit its own page, of an agency the list of its units."""
    settings: Settings = current_app.extensions["suara_settings"]
    return results_address(settings.public_url, asked.agency.code, asked.unit_code)


def _reads_all(agency: Agency) -> bool:
    return bool(
        db.session().scalar(sa.select(over_all_of(agency.id, current_user.id, Permission.READ_SURVEY, today())))
    )
