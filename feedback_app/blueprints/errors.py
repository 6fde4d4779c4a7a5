"""One handler, one shape: an error is a page for people and problem+json (RFC 9457) for programs."""

from __future__ import annotations

import logging
import traceback
from contextlib import suppress

from flask import Flask, current_app, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, SecurityError

from feedback_app.blueprints.access import SecondFactorNeededError, SignInRequiredError
from feedback_app.blueprints.expired_forms import drawn_again
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.sign_in_edge import why_signed_out
from feedback_app.blueprints.signed_out_form import given_back
from feedback_app.db import db
from feedback_app.errors import DomainError

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
HTTP_SENTENCES = {
    400: "Permintaan ini tidak dapat dibaca. Muat ulang halaman lalu coba lagi.",
    404: "Halaman ini tidak ada. Periksa kembali alamatnya.",
    405: "Halaman ini tidak menerima permintaan seperti itu.",
    413: "Kiriman ini terlalu besar. Perpendek tulisan Anda lalu kirim lagi.",
    503: "Layanan sedang penuh. Tunggu beberapa saat lalu kirim lagi; tulisan Anda masih ada di halaman sebelumnya.",
}


def register_error_handlers(app: Flask) -> None:
    """Give every error the one shape."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(PoolTimeoutError, _unavailable)
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    """Tell whether the caller is a program: it says so, or it calls what only programs call."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best.endswith("json")


def problem(status: int, code: str, sentence: str) -> ResponseReturnValue:
    """Return the error in the shape the caller reads."""
    if status >= 500:
        _keep_off_the_database()
    else:
        db.session.rollback()
    words = translated(sentence)
    if wants_json():
        response = jsonify(type=f"urn:suara-layanan:error:{code}", title=words, status=status)
        response.mimetype = "application/problem+json"
        return response, status
    return render_template("error.html", sentence=words, status=status, unsent=_unsent(status)), status


def _unsent(status: int) -> list[str]:
    """Return what an officer wrote to a case that changed, or went out of their sight: it shall not be lost."""
    if status not in {404, 409, 422} or request.method != "POST" or not request.path.startswith("/petugas/"):
        return []
    # Numbers and choices are one word; what somebody wrote has several.
    return [text for name, text in request.form.items(multi=True) if name != "csrf_token" and " " in text.strip()]


def _keep_off_the_database() -> None:
    # Every page asks who is signed in, which reads the account again; this page must stand without the database.
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]
    # A connection that broke may say so once more when it is let go.
    with suppress(SQLAlchemyError):
        db.session.rollback()


def _domain_error(error: DomainError) -> ResponseReturnValue:
    _note_refusal(error)
    if isinstance(error, SignInRequiredError) and not wants_json():
        kept = given_back()
        return _to_sign_in() if kept is None else kept
    if isinstance(error, SecondFactorNeededError) and request.method == "GET" and not wants_json():
        return redirect(url_for("factors.page"))
    return problem(error.status, error.code, error.message)


def _note_refusal(error: DomainError) -> None:
    """Leave a line of who was refused what (ASVS 5.0, 16.3.2); what is hidden from somebody is not found by them."""
    who = _who_asked() if error.status in {401, 403, 404} else None
    if error.status in {401, 403} or who is not None:
        log.warning("Refused (%s) at %s to account %s", error.code, request.endpoint, who)


def _who_asked() -> int | None:
    # What was refused may have left the transaction unusable; the line is worth less than the answer.
    with suppress(SQLAlchemyError):
        return current_user.id if current_user.is_authenticated else None
    return None


def _to_sign_in() -> ResponseReturnValue:
    # In the address and not in the session: a request that came late with an old cookie must not write over a new one.
    wanted = request.full_path if request.method == "GET" else None
    return redirect(url_for("security.login", next=wanted, sebab=why_signed_out()))


def _csrf_error(error: CSRFError) -> ResponseReturnValue:
    log.info("CSRF check failed: %s", error.description)
    again = None if wants_json() else drawn_again()
    if again is not None:
        return again
    return problem(400, "form_expired", "Halaman ini sudah terlalu lama terbuka. Kembali, muat ulang, lalu kirim lagi.")


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, SecurityError):
        # The host is not ours, so no page with addresses of ours can be drawn for it.
        return "Alamat ini tidak dikenal. / Unknown host.", 400, {"Content-Type": "text/plain; charset=utf-8"}
    status = error.code or 500
    if status in {301, 302, 303, 307, 308}:
        return error.get_response()
    return problem(status, f"http_{status}", HTTP_SENTENCES.get(status, HTTP_SENTENCES[400]))


def _unstorable(error: DataError) -> ResponseReturnValue:
    # The message of the driver holds what was sent; only its kind is noted.
    log.error("The database cannot hold a value at %s: %s", request.endpoint, type(error.orig).__name__)
    return problem(400, "unstorable", HTTP_SENTENCES[400])


def _unavailable(error: Exception) -> ResponseReturnValue:
    log.error("The database did not answer: %s", type(error).__name__)
    response = make_response(problem(503, "unavailable", HTTP_SENTENCES[503]))
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _unexpected(error: Exception) -> ResponseReturnValue:
    if isinstance(error, DBAPIError):
        # The message of the driver may hold the whole row, and so what a citizen wrote.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("Unexpected %s at %s:\n%s", type(error.orig).__name__, request.endpoint, where)
    else:
        log.error("Unexpected error at %s", request.endpoint, exc_info=error)
    return problem(500, "internal", "Terjadi kesalahan di pihak kami. Kejadian ini sudah tercatat; coba lagi nanti.")
