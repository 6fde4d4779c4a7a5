"""What an operator turns: settings, read once from the environment, frozen.

Every name here stands in `docs/configuration.md`; a house test compares the two.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from feedback_app import setting_forms
from feedback_app.environment import read_choice, read_flag, read_number, read_secret, read_secrets, read_url
from feedback_app.errors import ConfigurationError

SETTING_NAMES = (
    "DATABASE_URL",
    "WEB_DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "LASTING_SECRET",
    "VAULT_KEYS",
    "FEEDBACK_HOME",
    "HOST",
    "PORT",
    "PUBLIC_URL",
    "WEB_WORKERS",
    "WEB_THREADS",
    "COOKIE_SECURE",
    "SECOND_FACTOR",
    "SECURITY_CONTACT",
    "SESSION_IDLE_MINUTES",
    "SESSION_ABSOLUTE_HOURS",
    "OIDC_PROVIDERS_FILE",
    "TRUSTED_PROXIES",
    "RATE_LIMITS",
    "DRAIN_BATCH",
    "SWEEP_SECONDS",
    "ATTACHMENTS_URL",
    "CLAMD_URL",
    "S3_ENDPOINT_URL",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "S3_REGION",
    "MODEL_DIR",
    "REPLY_DAYS",
    "REVIEW_DAYS",
    "OBJECTION_DAY_KIND",
    "LOG_LEVEL",
    "AUDIT_KEY_FILE",
    "AUDIT_ROOTS_FILE",
    "SMTP_URL",
    "MAIL_FROM",
    "WHATSAPP_GATEWAY_URL",
    "WHATSAPP_GATEWAY_TOKEN",
    "WHATSAPP_GATEWAY_WEBHOOK_SECRET",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one process. Times in seconds, sizes in rows or processes as the name says."""

    home: Path
    database_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    secret_key: str | None = field(repr=False)
    web_database_url: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int | None = None
    public_url: str | None = None
    web_workers: int = 2
    web_threads: int = 8
    cookie_secure: bool = False
    second_factor: str = "required"
    security_contact: str | None = None
    session_idle_minutes: int = 60
    session_absolute_hours: int = 12
    oidc_providers_file: Path | None = None
    drain_batch: int = 500
    sweep_seconds: int = 30
    model_dir: Path | None = None
    log_level: str = "INFO"
    reply_days: int = 10
    review_days: int = 10
    objection_day_kind: str = "calendar"
    vault_keys: tuple[str, ...] = field(default=(), repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    lasting_secret: str | None = field(default=None, repr=False)
    trusted_proxies: int = 0
    rate_limits: bool = True
    attachments_url: str | None = None
    s3_endpoint_url: str | None = None
    s3_access_key_id: str | None = None
    s3_secret_access_key: str | None = field(default=None, repr=False)
    s3_region: str | None = None
    clamd_url: str | None = None

    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    whatsapp_gateway_url: str | None = None
    whatsapp_gateway_token: str | None = field(default=None, repr=False)
    whatsapp_gateway_webhook_secret: str | None = field(default=None, repr=False)

    audit_key_file: Path | None = None
    audit_roots_file: Path | None = None

    @property
    def is_https(self) -> bool:
        """Tell whether browsers reach this installation by TLS alone."""
        return self.cookie_secure or (self.public_url or "").startswith("https://")

    @property
    def lasting(self) -> str | None:
        """Return the secret behind everything that must outlive a change of `SECRET_KEY`, such as tracking codes."""
        return self.lasting_secret or self.secret_key

    @property
    def audit_key(self) -> Path:
        """Return the file of the key that signs seals of the audit trail."""
        return self.audit_key_file or self.home / "secrets" / "audit-key"

    @property
    def audit_roots(self) -> Path:
        """Return the file to which the roots of seals are appended."""
        return self.audit_roots_file or self.home / "audit-roots.jsonl"

    @property
    def connection_file(self) -> Path:
        """Return the file in which the supervisor notes how to reach the embedded servers."""
        return self.home / "connection.json"


def project_root() -> Path:
    """Return the folder that holds the `feedback_app` package."""
    return Path(__file__).resolve().parent.parent


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of the environment.

    Raises
    ------
    ConfigurationError
        A value is not of its form; the message names the variable and what it takes.
    """
    env = os.environ if environ is None else environ
    return Settings(
        home=_home(env),
        database_url=read_url(env, "DATABASE_URL", {"postgresql", "postgres", "postgresql+psycopg"}),
        web_database_url=read_url(env, "WEB_DATABASE_URL", {"postgresql", "postgres", "postgresql+psycopg"}),
        redis_url=read_url(env, "REDIS_URL", {"redis", "rediss", "unix"}),
        secret_key=read_secret(env, "SECRET_KEY"),
        secret_key_fallbacks=read_secrets(env, "SECRET_KEY_FALLBACKS"),
        lasting_secret=read_secret(env, "LASTING_SECRET"),
        host=env.get("HOST") or "127.0.0.1",
        port=read_number(env, "PORT", None, 1, 65535),
        public_url=setting_forms.public_url(env),
        web_workers=read_number(env, "WEB_WORKERS", 2, 1, 64) or 2,
        web_threads=read_number(env, "WEB_THREADS", 8, 1, 256) or 8,
        # What is said wins: a proxy may be tried out before it has its certificate.
        cookie_secure=read_flag(env, "COOKIE_SECURE", default="true" if setting_forms.is_on_tls(env) else "false"),
        second_factor=read_choice(env, "SECOND_FACTOR", "REQUIRED", {"REQUIRED", "OFFERED", "EVERYBODY"}).lower(),
        security_contact=setting_forms.security_contact(env),
        session_idle_minutes=read_number(env, "SESSION_IDLE_MINUTES", 60, 5, 720) or 60,
        session_absolute_hours=read_number(env, "SESSION_ABSOLUTE_HOURS", 12, 1, 72) or 12,
        oidc_providers_file=Path(env["OIDC_PROVIDERS_FILE"]) if env.get("OIDC_PROVIDERS_FILE") else None,
        trusted_proxies=read_number(env, "TRUSTED_PROXIES", 0, 0, 10) or 0,
        rate_limits=read_flag(env, "RATE_LIMITS", default="true"),
        drain_batch=read_number(env, "DRAIN_BATCH", 500, 1, 5000) or 500,
        sweep_seconds=read_number(env, "SWEEP_SECONDS", 30, 1, 60) or 30,
        model_dir=Path(env["MODEL_DIR"]) if env.get("MODEL_DIR") else None,
        vault_keys=setting_forms.vault_keys(env),
        attachments_url=setting_forms.attachments_url(env),
        s3_endpoint_url=read_url(env, "S3_ENDPOINT_URL", {"http", "https"}),
        s3_access_key_id=env.get("S3_ACCESS_KEY_ID") or None,
        s3_secret_access_key=env.get("S3_SECRET_ACCESS_KEY") or None,
        s3_region=env.get("S3_REGION") or None,
        clamd_url=setting_forms.clamd_url(env),
        **setting_forms.messages(env),
        reply_days=read_number(env, "REPLY_DAYS", 10, 3, 60) or 10,
        review_days=read_number(env, "REVIEW_DAYS", 10, 1, 60) or 10,
        objection_day_kind=read_choice(env, "OBJECTION_DAY_KIND", "CALENDAR", {"CALENDAR", "WORKING"}).lower(),
        audit_key_file=Path(env["AUDIT_KEY_FILE"]) if env.get("AUDIT_KEY_FILE") else None,
        audit_roots_file=Path(env["AUDIT_ROOTS_FILE"]) if env.get("AUDIT_ROOTS_FILE") else None,
        log_level=read_choice(env, "LOG_LEVEL", "INFO", {"DEBUG", "INFO", "WARNING", "ERROR"}),
    )


def for_demo(settings: Settings, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of a demonstration: its published accounts need no second factor, unless one is asked for."""
    env = os.environ if environ is None else environ
    return settings if env.get("SECOND_FACTOR") else replace(settings, second_factor="offered")


def resolved(settings: Settings) -> Settings:
    """Return the settings with the embedded servers' addresses and key filled in where none were given.

    Raises
    ------
    ConfigurationError
        `DATABASE_URL` is unset and no embedded server has been started in this home.
    """
    if settings.database_url and settings.redis_url and settings.secret_key:
        return settings
    noted: dict[str, Any] = {}
    if settings.connection_file.exists():
        noted = json.loads(settings.connection_file.read_text(encoding="utf-8"))
    filled = replace(
        settings,
        database_url=settings.database_url or noted.get("database_url"),
        redis_url=settings.redis_url or noted.get("redis_url"),
        **_noted_secrets(settings, noted),
    )
    if not filled.database_url:
        raise ConfigurationError(
            "No database: set DATABASE_URL (postgresql://user:password@host/name), "
            "or start the embedded servers with `feedback up`."
        )
    if not filled.secret_key:
        raise ConfigurationError("SECRET_KEY is not set: give at least 32 random characters.")
    return filled


def _noted_secrets(settings: Settings, noted: Mapping[str, Any]) -> dict[str, Any]:
    # What was noted beside another SECRET_KEY than the one in force belongs to that one.
    if settings.secret_key:
        return {}
    return {
        "secret_key": noted.get("secret_key"),
        "secret_key_fallbacks": settings.secret_key_fallbacks or tuple(noted.get("secret_key_fallbacks") or ()),
        "lasting_secret": settings.lasting_secret or noted.get("lasting_secret"),
    }


def for_web(settings: Settings) -> Settings:
    """Return the settings of the web server: its own login to the database where it has one, and no other.

    Embedded servers give it one; beside a `DATABASE_URL` of one's own it is `WEB_DATABASE_URL`.
    """
    own = settings.web_database_url
    if own is None and settings.database_url is None and settings.connection_file.exists():
        own = json.loads(settings.connection_file.read_text(encoding="utf-8")).get("web_database_url")
    return settings if own is None else replace(settings, database_url=own, web_database_url=own)


def sqlalchemy_url(url: str) -> str:
    """Return the URL with the psycopg 3 driver named, as SQLAlchemy wants it."""
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    raise ConfigurationError("DATABASE_URL must begin with postgresql://")


def socket_database_url(socket_dir: Path, user: str, password: str, name: str) -> str:
    """Return the URL of a PostgreSQL server that listens on a unix socket only."""
    return f"postgresql://{quote(user)}:{quote(password)}@/{quote(name)}?host={quote(str(socket_dir), safe='')}"


def _home(env: Mapping[str, str]) -> Path:
    if env.get("FEEDBACK_HOME"):
        return Path(env["FEEDBACK_HOME"]).expanduser().resolve()
    root = project_root()
    if (root / "pyproject.toml").exists():
        return root / "instance"
    return Path("~/.local/share/suara-layanan").expanduser()
