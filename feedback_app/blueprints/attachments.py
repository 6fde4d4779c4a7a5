"""Photos and documents of the report opened in this browser: add some, look at them again.

The text travels alone and first; whatever happens to a file, the report has arrived.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Final

from flask import current_app, flash, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug import Response
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from feedback_app import clock
from feedback_app.blueprints import carried, file_answers
from feedback_app.blueprints.errors import HTTP_SENTENCES, RETRY_AFTER_SECONDS, problem, wants_json
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.tracking import bp
from feedback_app.blueprints.uploads import accepts_files, cleaned_upload
from feedback_app.db import db
from feedback_app.errors import DomainError, InvalidInputError, NotFoundError
from feedback_app.handling.citizens.words import resume_submission
from feedback_app.handling.ending.ended import has_ended
from feedback_app.intake import attachments
from feedback_app.intake.attachments import Attachable, UnattachableError
from feedback_app.intake.extra_models import Attachment
from feedback_app.intake.rules import ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX
from feedback_app.intake.turns import BusyError
from feedback_app.storage import StorageUnavailableError

log = logging.getLogger(__name__)

# The messages travel in the cookie, which is small.
NAME_MOST: Final = 40
BUSY_SENTENCE: Final = (
    "Sedang banyak berkas yang dikirim. Laporan Anda aman; tunggu sebentar lalu kirim berkas ini lagi."
)
TOO_MUCH_SENTENCE: Final = (
    "Kiriman berkas terlalu besar, jadi belum ada yang terlampir. Laporan Anda aman. Kirim lagi satu per satu, paling "
    "besar 10 MB tiap berkas."
)
ATTACH_SENTENCES: Final = {"busy": BUSY_SENTENCE, "too_much": TOO_MUCH_SENTENCE}


class NoReportOpenError(NotFoundError):
    """No report is opened in this browser, or it was an hour ago."""

    code = "no_report_open"


class NoFileChosenError(InvalidInputError):
    """The form was sent without a file."""

    code = "no_file_chosen"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the pages of a report show of its files; `rest` is how many more may come."""

    files: list[Attachment]
    rest: int
    may_add: bool


@dataclass(slots=True)
class Outcome:
    """What became of the files of one request: names of those kept, names and sentences of those not."""

    kept: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@bp.post("/lacak/lampiran")
@accepts_files(files=ATTACHMENTS_MAX, file_bytes=ATTACHMENT_BYTES_MAX)
def attach() -> ResponseReturnValue:
    """Keep the files sent with the report opened in this browser; each is taken or refused for itself."""
    report = _opened()
    if report is None:
        return _without_report()
    chosen = [file for file in request.files.getlist("files") if file.filename]
    if wants_json():
        return _answer_program(report, chosen)
    outcome = Outcome()
    for file in chosen:
        _try(report, file, outcome)
    _tell(outcome)
    return _back()


@bp.get("/lacak/berkas/<int:attachment_id>")
def attachment(attachment_id: int) -> ResponseReturnValue:
    """Give out a file of the report opened in this browser."""
    report = _opened()
    if report is None:
        return not_stored(redirect(url_for("tracking.lookup"), 303))
    row, place = attachments.attachment_of(db.session(), report.agency_id, report.submission_id, attachment_id)
    return file_answers.file_answer(row, place)


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    if request.endpoint != "tracking.attach":
        return problem(413, "http_413", HTTP_SENTENCES[413])
    log.info("A request with files was longer than allowed")
    if wants_json():
        return problem(413, "http_413", TOO_MUCH_SENTENCE)
    flash(translated(TOO_MUCH_SENTENCE), "error")
    return _back(is_readable=False)


def attachments_here() -> Shown | None:
    """Return what the report opened in this browser has; None where files do not go with it."""
    report = _opened()
    if report is None or not report.takes_files:
        return None
    files = list(attachments.attachments_of(db.session(), report.agency_id, report.submission_id))
    rest = max(0, ATTACHMENTS_MAX - len(files))
    ended = has_ended(db.session(), report.agency_id, report.submission_id)
    return Shown(files, rest, may_add=rest > 0 and not ended)


bp.record_once(lambda state: state.app.add_template_global(attachments_here, "attachments_here"))


def _opened() -> Attachable | None:
    tracking_hash = carried.carried_tracked(now=clock.utcnow())
    return attachments.attachable(db.session(), tracking_hash) if tracking_hash else None


def _without_report() -> ResponseReturnValue:
    if wants_json():
        raise NoReportOpenError("Buka laporan Anda dengan kodenya, lalu tambahkan berkas dari sana.")
    flash(gettext("Buka laporan Anda dengan kodenya, lalu tambahkan berkas dari sana."), "error")
    return not_stored(redirect(url_for("tracking.lookup"), 303))


def _answer_program(report: Attachable, chosen: list[FileStorage]) -> ResponseReturnValue:
    """Answer the script of the page, which sends one file at a time."""
    if len(chosen) != 1:
        raise NoFileChosenError("Pilih dahulu satu foto atau PDF.")
    try:
        _keep(report, chosen[0])
    except (BusyError, StorageUnavailableError) as error:
        _note(error)
        response = make_response(problem(503, "busy", BUSY_SENTENCE))
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    return not_stored(make_response(jsonify(status=201), 201))


def _try(report: Attachable, file: FileStorage, outcome: Outcome) -> None:
    name = _short(file.filename or "")
    try:
        _keep(report, file)
    except DomainError as error:
        outcome.refused.append((name, error.message))
    except (BusyError, StorageUnavailableError) as error:
        _note(error)
        outcome.refused.append((name, BUSY_SENTENCE))
    else:
        outcome.kept.append(name)


def _keep(report: Attachable, file: FileStorage) -> None:
    """Clean one file and commit it, so that what comes after it in the request cannot undo it."""
    try:
        if not report.takes_files or has_ended(db.session(), report.agency_id, report.submission_id):
            raise UnattachableError("Laporan ini tidak menerima berkas lagi.")
        attachments.check_room(db.session(), report.agency_id, report.submission_id)
        # Ratings need the connection while this file waits for its turn.
        db.session.rollback()
        clean = cleaned_upload(file)
        attachments.add(
            db.session(), current_app.extensions["suara_storage"], report.agency_id, report.submission_id, clean,
            now=clock.utcnow(),
        )  # fmt: skip
        resume_submission(db.session(), report.agency_id, report.submission_id, now=clock.utcnow())
        db.session.commit()
    except Exception:
        db.session.rollback()
        raise


def _note(error: Exception) -> None:
    log.warning("A file could not be kept: %s %s", type(error).__name__, error)


def _tell(outcome: Outcome) -> None:
    if not outcome.kept and not outcome.refused:
        flash(gettext("Pilih dahulu satu foto atau PDF."), "error")
    if outcome.kept:
        flash(gettext("Terlampir: %(names)s.", names=", ".join(outcome.kept)), "success")
    for name, sentence in outcome.refused:
        flash(gettext("%(name)s tidak terlampir. %(why)s", name=name, why=translated(sentence)), "error")


def _short(name: str) -> str:
    plain = "".join(char for char in name if char.isprintable())
    return plain if len(plain) <= NAME_MOST else f"{plain[: NAME_MOST // 2]}…{plain[-NAME_MOST // 2 + 1 :]}"


def _back(*, is_readable: bool = True) -> Response:
    # A request that was too long cannot be read, not even for where it came from.
    came_from_receipt = is_readable and request.form.get("page") == "receipt"
    endpoint = "public.received" if came_from_receipt else "tracking.status"
    return not_stored(redirect(url_for(endpoint), 303))
