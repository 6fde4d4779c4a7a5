"""Files of the evidence: the pack of one person, the talent file of an agency, and the form of the JSON."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Final

from flask import Blueprint, Response, current_app, jsonify, render_template, send_file
from flask.typing import ResponseReturnValue
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import person, record
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.evaluation_frame import bp, cycle_within_reach
from feedback_app.blueprints.evidence import read_pack
from feedback_app.db import db
from feedback_app.errors import NotFoundError
from feedback_app.evaluation.evidence.pack import Pack
from feedback_app.evaluation.evidence.talent import Row, frozen_cycles, talent_rows
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.whole_agencies import whole_agencies
from feedback_app.reporting.evidence_files import PackFormat, make
from feedback_app.reporting.evidence_schema import SCHEMA
from feedback_app.reporting.evidence_talent import talent_csv, talent_json
from feedback_app.reporting.files import MIME_TYPES

schema_bp = Blueprint("evidence_schema", __name__)

_TALENT: Final[dict[str, Callable[[Iterable[Row]], bytes]]] = {"csv": talent_csv, "json": talent_json}


class UnknownFileError(NotFoundError):
    """There is no file of this kind."""

    code = "unknown_evidence_file"


@bp.get("/evaluasi/<int:cycle_id>/pegawai/<int:employee_id>/bukti.<kind>")
@requires(Permission.READ_EVIDENCE)
def pack_file(cycle_id: int, employee_id: int, kind: str) -> ResponseReturnValue:
    """Give the pack of one person as a file, and note that it left."""
    wanted = _format(kind)
    return _given(read_pack(cycle_within_reach(cycle_id), employee_id), wanted)


@bp.get("/evaluasi/talenta")
@requires(Permission.READ_EVIDENCE)
def talent() -> ResponseReturnValue:
    """List the frozen cycles of the agencies somebody evaluates as a whole, with their talent files."""
    mine = whole_agencies(db.session(), current_user.id, Permission.READ_EVIDENCE, today())
    return render_template(
        "evaluation/talent.html", agencies=[(agency, frozen_cycles(db.session(), agency.id)) for agency in mine]
    )


@bp.get("/evaluasi/talenta/<int:agency_id>.<kind>")
@requires(Permission.READ_EVIDENCE)
def talent_file(agency_id: int, kind: str) -> ResponseReturnValue:
    """Give the talent file of an agency with masked numbers, and note that it left."""
    mine = whole_agencies(db.session(), current_user.id, Permission.READ_EVIDENCE, today())
    agency = next((one for one in mine if one.id == agency_id), None)
    if agency is None or kind not in _TALENT:
        raise UnknownFileError("Berkas talenta itu tidak ada. Pilih dari halaman berkas talenta.")
    content = _talent(agency, kind)
    record(
        db.session(), agency_id=agency.id, actor=person(current_user.id), action="evaluation.export_talent",
        subject_type="agency", subject_id=agency.id, now=clock.utcnow(), file=kind,
    )  # fmt: skip
    db.session.commit()
    return _download(content, MIME_TYPES[kind], f"talenta-{agency.code}.{kind}")


@schema_bp.get("/skema/bukti.json")
def schema() -> ResponseReturnValue:
    """Give the form of the JSON pack, for whoever reads it by program."""
    answer: Response = jsonify(SCHEMA)
    answer.mimetype = "application/schema+json"
    return answer


def _talent(agency: Agency, kind: str) -> bytes:
    key: bytes = current_app.config["CONTEST_KEY"]
    return _TALENT[kind](talent_rows(db.session(), agency, key=key))


def _format(kind: str) -> PackFormat:
    if kind not in set(PackFormat):
        raise UnknownFileError("Berkas bukti tersedia sebagai PDF, XLSX, atau JSON.")
    return PackFormat(kind)


def _given(pack: Pack, kind: PackFormat) -> Response:
    made = make(pack, kind)
    record(
        db.session(), agency_id=pack.cycle.agency_id, actor=person(current_user.id), action="evaluation.export_pack",
        subject_type="cycle", subject_id=pack.cycle.id, now=clock.utcnow(), employee=pack.employee.id,
        file=kind.value,
    )  # fmt: skip
    db.session.commit()
    return _download(made.content, kind.media_type, made.name)


def _download(content: bytes, media_type: str, name: str) -> Response:
    return send_file(io.BytesIO(content), media_type, as_attachment=True, download_name=name)
