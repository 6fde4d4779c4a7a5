"""Put the web application together."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, session
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_migrate import Migrate
from flask_security import LoginForm, Security, SQLAlchemyUserDatastore
from flask_security.core import RoleMixin
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from feedback_app import config, log_scrubbing, models, queue, storage
from feedback_app.blueprints import register_blueprints, uploads
from feedback_app.blueprints.access import PUBLIC_ENDPOINTS, guard_endpoints
from feedback_app.blueprints.agency_scope import register_scope
from feedback_app.blueprints.errors import register_error_handlers
from feedback_app.blueprints.formats import register_formats
from feedback_app.blueprints.headers import register_headers
from feedback_app.blueprints.known_browsers import register_known_browsers
from feedback_app.blueprints.limits import register_limits
from feedback_app.blueprints.missed_proofs import register_missed_proofs
from feedback_app.blueprints.shelf import register_shelf
from feedback_app.blueprints.sign_in_edge import register_sign_ins
from feedback_app.blueprints.signing import SignedSessions
from feedback_app.blueprints.sso_metadata import register_providers
from feedback_app.db import db
from feedback_app.identity.factors.sealing import SecretBox
from feedback_app.identity.models import User
from feedback_app.identity.sign_in_rules import EndReason, TimeLimits
from feedback_app.identity.sso.provider_file import read_providers
from feedback_app.intake.scanning import Scanner
from feedback_app.intake.vault import vault_of
from feedback_app.key_files import vault_key_file

LANGUAGES: Final = ("id", "en")
MAX_REQUEST_BYTES: Final = 64 * 1024
MAX_FORM_PARTS: Final = 60

assert models.ROOMS_WITH_TABLES  # noqa: S101 - the import is what matters: it makes every table known


class SignInForm(LoginForm):
    """The sign-in form without "remember me": a counter's computer is used by several people."""

    remember = None  # type: ignore[assignment]


class _NoRole(RoleMixin):
    """Stands where Flask-Security wants a role table; ours are scoped, dated grants in `identity`."""


csrf = CSRFProtect()
babel = Babel()
migrate = Migrate()


def create_app(settings: config.Settings | None = None, *, is_web: bool = False) -> Flask:
    """Return the application for these settings (those of the environment by default).

    The web server says `is_web`: then all that the process reads and writes is behind the second wall.

    Raises
    ------
    feedback_app.errors.ConfigurationError
        A setting is missing or wrong.
    """
    known = config.resolved(settings or config.load())
    app = Flask("feedback_app")
    app.config.from_mapping(_flask_config(known))
    app.session_interface = SignedSessions()
    _set_up_logs(known)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(config.project_root() / "migrations"))
    # Before the token of a form is looked for, which reads the whole request.
    uploads.widen_limits(app)
    csrf.init_app(app)
    babel.init_app(app, default_locale="id", locale_selector=_language)
    Bootstrap5(app)
    Security(app, SQLAlchemyUserDatastore(db, User, _NoRole), login_form=SignInForm)
    # Pages are opened by the session cookie alone; a token in a header or an address would outlive it.
    # Not None: Flask-Security's own page calls it without asking whether there is one.
    app.login_manager._request_callback = lambda _request: None  # type: ignore[attr-defined]
    queue.configure(known.redis_url)
    app.extensions["suara_settings"] = known
    app.extensions["suara_storage"] = storage.open_storage(known)
    app.extensions["suara_scanner"] = Scanner(known.clamd_url) if known.clamd_url else None
    register_formats(app)
    register_blueprints(app)
    # It changes the language of this browser and nothing else; a token would give every visitor a cookie and keep the
    # public pages from being the same for everybody.
    csrf.exempt(app.view_functions["public.language"])
    # The signed link in a mail is the authority, and mail programs send it in one click without our cookie (RFC 8058).
    csrf.exempt(app.view_functions["tracking.unsubscription"])
    register_error_handlers(app)
    _guard(app, known, is_web=is_web)
    register_shelf(app)
    _trust_proxies(app, known.trusted_proxies)
    register_headers(app, is_https=known.is_https)
    return app


def _set_up_logs(known: config.Settings) -> None:
    log_scrubbing.install()
    # Moments of one kind everywhere (UTC), so that the lines of several processes can be laid beside each other.
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(
        level=known.log_level, datefmt="%Y-%m-%dT%H:%M:%SZ", format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )


def _guard(app: Flask, known: config.Settings, *, is_web: bool) -> None:
    """Set up what a request passes before its page does, in the order in which it passes."""
    register_scope(app, PUBLIC_ENDPOINTS, always=is_web)
    guard_endpoints(app)
    register_known_browsers(app)
    register_missed_proofs(app)
    register_sign_ins(app, TimeLimits(known.session_idle_minutes, known.session_absolute_hours * 60))
    register_providers(app, read_providers(known.oidc_providers_file, os.environ))
    register_limits(app, known)


def _trust_proxies(app: Flask, proxies: int) -> None:
    """Take the client's address and scheme from so many proxies in front; the host never, which they pass on as it is.

    A header that no trusted proxy wrote is a claim of whoever sent it.
    """
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0)  # type: ignore[method-assign]


def derived_key(secret: str, purpose: str) -> bytes:
    """Return a key of 32 bytes for one purpose, so that no secret serves two ends."""
    return hashlib.blake2b(secret.encode(), person=purpose.encode()[:16], digest_size=32).digest()


def _flask_config(known: config.Settings) -> dict[str, object]:
    assert known.secret_key is not None  # noqa: S101 - config.resolved has refused its absence
    assert known.database_url is not None  # noqa: S101
    # What must outlive a change of SECRET_KEY: hashes of codes, links in mails, what was sealed.
    lasting = known.lasting or known.secret_key
    return {
        "SECRET_KEY": known.secret_key,
        "SECRET_KEY_FALLBACKS": list(known.secret_key_fallbacks),
        "TRACKING_KEY": derived_key(lasting, "tracking-code"),
        "UNSUBSCRIBE_KEY": derived_key(lasting, "unsubscribe"),
        "CONTEST_KEY": derived_key(lasting, "contest-item"),
        "ACCOUNT_KEY": derived_key(lasting, "account-link"),
        "NETWORK_KEY": derived_key(lasting, "network-mark"),
        "FACTOR_BOX": SecretBox(derived_key(lasting, "totp-secret")),
        "VAULT": vault_of(lasting, known.vault_keys, vault_key_file(known.home)),
        "SQLALCHEMY_DATABASE_URI": config.sqlalchemy_url(known.database_url),
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_size": known.web_threads,
            "max_overflow": 2,
            "pool_timeout": 5,
            # Asking before each use costs a submit a third of its time; `receipts.send` tries a second time instead.
            "pool_pre_ping": False,
            # What a citizen wrote is a parameter of a statement, and must not reach a log through an error.
            "hide_parameters": True,
            "pool_recycle": 600,
        },
        "MAX_CONTENT_LENGTH": MAX_REQUEST_BYTES,
        "MAX_FORM_MEMORY_SIZE": MAX_REQUEST_BYTES,
        "MAX_FORM_PARTS": MAX_FORM_PARTS,
        # How long a cookie's signature holds; whether it opens anything is asked of the sign-in it names.
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=max(12, known.session_absolute_hours)),
        "TRUSTED_HOSTS": _trusted_hosts(known),
        # A browser takes a cookie of this prefix from this very host alone, over TLS (RFC 6265bis, 4.1.3.2).
        "SESSION_COOKIE_NAME": "__Host-session" if known.cookie_secure else "session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": known.cookie_secure,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": known.cookie_secure,
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
        "BOOTSTRAP_SERVE_LOCAL": True,
        **_security_config(lasting),
    }


def _trusted_hosts(known: config.Settings) -> list[str] | None:
    if known.public_url is None:
        return None
    # The machine itself may always ask, for the checks of whoever watches over it.
    return [str(urlsplit(known.public_url).hostname), "127.0.0.1", "localhost"]


def _security_config(secret: str) -> dict[str, object]:
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": derived_key(secret, "password-salt").hex(),
        "SECURITY_LOGIN_URL": "/masuk",
        "SECURITY_LOGOUT_URL": "/keluar",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_POST_LOGIN_VIEW": "/petugas/",
        "SECURITY_POST_LOGOUT_VIEW": f"/masuk?sebab={EndReason.SIGNED_OUT}",
        "SECURITY_UNAUTHORIZED_VIEW": None,
        # As its own default, which this Werkzeug would write as "private=True".
        "SECURITY_CACHE_CONTROL": {"private": None, "no-store": None},
        # Who has to show once more that it is they does so on a page of ours (blueprints/step_up.py).
        "SECURITY_FRESHNESS": timedelta(minutes=-1),
        "SECURITY_SEND_REGISTER_EMAIL": False,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_LOGIN_USER_TEMPLATE": "account/login.html",
        "SECURITY_MSG_LOGIN": ("Silakan masuk untuk membuka halaman ini.", "info"),
        "SECURITY_MSG_UNAUTHENTICATED": ("Silakan masuk untuk membuka halaman ini.", "info"),
        "SECURITY_MSG_GENERIC_AUTHN_FAILED": ("Surel atau kata sandi tidak cocok. Periksa lalu coba lagi.", "error"),
        "SECURITY_MSG_EMAIL_NOT_PROVIDED": ("Isi alamat surel Anda.", "error"),
        "SECURITY_MSG_PASSWORD_NOT_PROVIDED": ("Isi kata sandi Anda.", "error"),
    }


def _language() -> str:
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    # Bahasa Indonesia unless chosen otherwise: a phone set to English by its maker does not decide for its owner.
    return LANGUAGES[0]
