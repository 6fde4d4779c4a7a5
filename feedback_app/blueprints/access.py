"""Who may open which endpoint, and with what kind of request.

Every endpoint asks for a permission or stands in `PUBLIC_ENDPOINTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final, TypeVar

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_security import current_user
from werkzeug.exceptions import NotFound

from feedback_app import clock
from feedback_app.blueprints import agency_scope, uploads
from feedback_app.blueprints.assurance import is_open_without_factor, lacks_factor
from feedback_app.db import db
from feedback_app.errors import DomainError, ForbiddenError
from feedback_app.identity.rules import Permission
from feedback_app.organisation.queries import permissions_of

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

PUBLIC_ENDPOINTS: Final = frozenset(
    {
        "static",
        "bootstrap.static",
        "security.login",
        "security.static",
        "security.logout",
        # The way to an identity provider and back: whoever takes it is nobody yet.
        "sso.start",
        "sso.back",
        "sso.left",
        # Whoever lost the password, or was invited and has none yet: opened by the signed link in a mail.
        "recovery.ask",
        "recovery.asked",
        "recovery.open_link",
        "recovery.choose",
        "invited.open_link",
        "invited.accept",
        # Whoever is here has shown a password and is nobody yet; what they may try is held in `factor_challenges`.
        "second_step.page",
        "second_step.show",
        "second_step.passkey_options",
        "second_step.cancel",
        "public.home",
        "public.agency",
        "public.unit",
        "public.unit_json",
        "public.unit_csv",
        "public.rate",
        "public.rate_start",
        "public.visit",
        "public.wall",
        "public.check_wall_code",
        "public.kiosk",
        "public.kiosk_rate",
        "public.kiosk_reasons",
        "public.report_start",
        "public.report_agency",
        "public.report",
        "public.report_check",
        "public.received",
        "public.survey_units",
        "public.survey",
        "public.survey_thanks",
        "public.survey_results",
        "public.survey_results_json",
        "public.survey_results_csv",
        "public.language",
        "public.privacy",
        # What is held of whom, and notices of breaches: owed to everybody (UU 27/2022 Ps 21, 46).
        "public.data_map",
        "public.breach_notice",
        "public.health",
        "public.security_txt",
        # Seals hold hashes and moments, nothing about anybody; the more copies of them the better.
        "public.audit_roots",
        "evidence_schema.schema",
        # Opened by the key in each call alone; see `KEY_ENDPOINTS`.
        "counter_api.issue",
        "counter_api.count",
        "people_api.sync",
        "delivery_webhook.report",
        "tracking.lookup",
        "tracking.status",
        "tracking.verdict",
        "tracking.close",
        "tracking.contact",
        "tracking.contact_removal",
        "tracking.data",
        "tracking.data_page",
        "tracking.erasure",
        "tracking.correction",
        "tracking.restriction",
        "tracking.restriction_lifted",
        "tracking.join",
        "tracking.leave",
        "tracking.message",
        "tracking.objection",
        "tracking.unsubscription",
        "tracking.withdrawal",
        "tracking.withdrawal_undone",
        "tracking.attach",
        "tracking.attachment",
        "tracking.proof",
        "tracking.referred",
    }
)


# Programs call these with a key of their own and no cookie: they send JSON and no CSRF token (see counter_api.py).
KEY_ENDPOINTS: Final = frozenset(
    {"counter_api.issue", "counter_api.count", "delivery_webhook.report", "people_api.sync"}
)
FORM_TYPES: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


class UnreadableFormError(DomainError):
    """The request carries something else than the fields of a form."""

    status = 415
    code = "unreadable_form"


class SignInRequiredError(ForbiddenError):
    """Nobody is signed in; the handler sends them to the sign-in page."""

    status = 401
    code = "sign_in_required"


class SecondFactorNeededError(ForbiddenError):
    """The role asks for a second factor that is not set up; the handler leads to where it is."""

    code = "second_factor_needed"


class NotPermittedError(ForbiddenError):
    """The account does not carry the permission this page asks for."""

    code = "not_permitted"


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Mark a view with the permissions that open it; any one of them does."""

    def mark(view: View) -> View:
        view.required_permissions = frozenset(permissions)  # type: ignore[attr-defined]
        return view

    return mark


def required_permissions(view: Callable[..., object] | None) -> frozenset[Permission]:
    """Return the permissions of which a view asks for one; none where it was never marked."""
    found: frozenset[Permission] = getattr(view, "required_permissions", frozenset())
    return found


def today() -> date:
    """Return the present day of the offices; what happens in an agency asks for the agency's own day."""
    return clock.office_day(clock.utcnow())


def my_permissions() -> frozenset[Permission]:
    """Return what the signed-in person may do somewhere, read once a request."""
    if not current_user.is_authenticated:
        return frozenset()
    if "permissions" not in g:
        with agency_scope.as_staff():
            g.permissions = permissions_of(db.session(), current_user.id, today())
    found: frozenset[Permission] = g.permissions
    return found


def guard_endpoints(app: Flask) -> None:
    """Check every request before its view runs."""
    app.before_request(_guard)


def _guard() -> None:
    _check_address()
    _check_form()
    if request.endpoint is None or request.endpoint in PUBLIC_ENDPOINTS:
        return
    view = current_app.view_functions.get(request.endpoint)
    wanted = required_permissions(view)
    if not current_user.is_authenticated:
        raise SignInRequiredError("Silakan masuk untuk membuka halaman ini.")
    if not is_open_without_factor(view) and lacks_factor(my_permissions(), today()):
        raise SecondFactorNeededError("Siapkan faktor kedua dahulu di Akun saya, Keamanan; setelah itu ulangi.")
    # An endpoint that names no permission is closed to everybody until it does.
    if not wanted & my_permissions():
        raise NotPermittedError("Akun Anda tidak memiliki wewenang untuk halaman ini.")


def _check_address() -> None:
    # No code holds a NUL, and PostgreSQL refuses to compare with one.
    if any("\0" in part for part in (request.view_args or {}).values() if isinstance(part, str)):
        raise NotFound


def _check_form() -> None:
    """Refuse what is not a plain form: no page sends JSON, and the forms' fields are strings to all code.

    Files go to the endpoints alone that say so (`uploads.accepts_files`).
    """
    if request.method != "POST" or not (request.mimetype or request.content_length):
        return
    if request.endpoint in KEY_ENDPOINTS:
        return
    if request.mimetype not in FORM_TYPES or (request.files and uploads.limits_of(request.endpoint) is None):
        raise UnreadableFormError("Kirim lewat formulir pada halaman, tanpa berkas.")
