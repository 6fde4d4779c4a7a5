"""What an operator turns: settings, read once from the environment, frozen.

Every name here stands in `docs/configuration.md`; a house test compares the two.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import quote, urlsplit

from feedback_app.environment import read_choice, read_flag, read_number, read_secret, read_server, read_url
from feedback_app.errors import ConfigurationError

SETTING_NAMES = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "VAULT_KEYS",
    "FEEDBACK_HOME",
    "HOST",
    "PORT",
    "PUBLIC_URL",
    "WEB_WORKERS",
    "WEB_THREADS",
    "COOKIE_SECURE",
    "TRUSTED_PROXIES",
    "RATE_LIMITS",
    "DRAIN_BATCH",
    "SWEEP_SECONDS",
    "ATTACHMENTS_URL",
    "S3_ENDPOINT_URL",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "S3_REGION",
    "MODEL_DIR",
    "REPLY_DAYS",
    "REVIEW_DAYS",
    "OBJECTION_DAY_KIND",
    "LOG_LEVEL",
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
    database_url: str | None
    redis_url: str | None
    secret_key: str | None
    host: str = "127.0.0.1"
    port: int | None = None
    public_url: str | None = None
    web_workers: int = 2
    web_threads: int = 8
    cookie_secure: bool = False
    drain_batch: int = 500
    sweep_seconds: int = 30
    model_dir: Path | None = None
    log_level: str = "INFO"
    reply_days: int = 10
    review_days: int = 10
    objection_day_kind: str = "calendar"
    vault_keys: tuple[str, ...] = ()
    trusted_proxies: int = 0
    rate_limits: bool = True
    attachments_url: str | None = None
    s3_endpoint_url: str | None = None
    s3_access_key_id: str | None = None
    s3_secret_access_key: str | None = field(default=None, repr=False)
    s3_region: str | None = None

    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    whatsapp_gateway_url: str | None = None
    whatsapp_gateway_token: str | None = field(default=None, repr=False)
    whatsapp_gateway_webhook_secret: str | None = field(default=None, repr=False)

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
        redis_url=read_url(env, "REDIS_URL", {"redis", "rediss", "unix"}),
        secret_key=read_secret(env, "SECRET_KEY"),
        host=env.get("HOST") or "127.0.0.1",
        port=read_number(env, "PORT", None, 1, 65535),
        public_url=_public_url(env),
        web_workers=read_number(env, "WEB_WORKERS", 2, 1, 64) or 2,
        web_threads=read_number(env, "WEB_THREADS", 8, 1, 256) or 8,
        cookie_secure=read_flag(env, "COOKIE_SECURE"),
        trusted_proxies=read_number(env, "TRUSTED_PROXIES", 0, 0, 10) or 0,
        rate_limits=read_flag(env, "RATE_LIMITS", default="true"),
        drain_batch=read_number(env, "DRAIN_BATCH", 500, 1, 5000) or 500,
        sweep_seconds=read_number(env, "SWEEP_SECONDS", 30, 1, 60) or 30,
        model_dir=Path(env["MODEL_DIR"]) if env.get("MODEL_DIR") else None,
        vault_keys=_vault_keys(env),
        attachments_url=_attachments_url(env),
        s3_endpoint_url=read_url(env, "S3_ENDPOINT_URL", {"http", "https"}),
        s3_access_key_id=env.get("S3_ACCESS_KEY_ID") or None,
        s3_secret_access_key=env.get("S3_SECRET_ACCESS_KEY") or None,
        s3_region=env.get("S3_REGION") or None,
        **_messages(env),
        reply_days=read_number(env, "REPLY_DAYS", 10, 3, 60) or 10,
        review_days=read_number(env, "REVIEW_DAYS", 10, 1, 60) or 10,
        objection_day_kind=read_choice(env, "OBJECTION_DAY_KIND", "CALENDAR", {"CALENDAR", "WORKING"}).lower(),
        log_level=read_choice(env, "LOG_LEVEL", "INFO", {"DEBUG", "INFO", "WARNING", "ERROR"}),
    )


def resolved(settings: Settings) -> Settings:
    """Return the settings with the embedded servers' addresses and key filled in where none were given.

    Raises
    ------
    ConfigurationError
        `DATABASE_URL` is unset and no embedded server has been started in this home.
    """
    if settings.database_url and settings.redis_url and settings.secret_key:
        return settings
    noted: dict[str, str] = {}
    if settings.connection_file.exists():
        noted = json.loads(settings.connection_file.read_text(encoding="utf-8"))
    filled = replace(
        settings,
        database_url=settings.database_url or noted.get("database_url"),
        redis_url=settings.redis_url or noted.get("redis_url"),
        secret_key=settings.secret_key or noted.get("secret_key"),
    )
    if not filled.database_url:
        raise ConfigurationError(
            "No database: set DATABASE_URL (postgresql://user:password@host/name), "
            "or start the embedded servers with `feedback up`."
        )
    if not filled.secret_key:
        raise ConfigurationError("SECRET_KEY is not set: give at least 32 random characters.")
    return filled


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


def _public_url(env: Mapping[str, str]) -> str | None:
    value = env.get("PUBLIC_URL", "").rstrip("/")
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise ConfigurationError(f"PUBLIC_URL must read like https://suara.kupangkota.go.id, not {value!r}.")
    return value


def _attachments_url(env: Mapping[str, str]) -> str | None:
    value = read_url(env, "ATTACHMENTS_URL", {"file", "s3"})
    parts = urlsplit(value or "")
    if parts.scheme == "file" and (parts.netloc or len(parts.path) < 2):
        raise ConfigurationError("ATTACHMENTS_URL must name a whole path: file:///var/lib/suara/attachments.")
    if parts.scheme == "s3" and not parts.netloc:
        raise ConfigurationError("ATTACHMENTS_URL must name a bucket: s3://bucket or s3://bucket/prefix.")
    return value


def _vault_keys(env: Mapping[str, str]) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in env.get("VAULT_KEYS", "").split(",") if key.strip())
    for place, key in enumerate(keys, start=1):
        try:
            is_key = len(base64.b64decode(key, altchars=b"-_", validate=True)) == 32
        except (ValueError, UnicodeEncodeError):
            is_key = False
        if not is_key:
            # The key itself stays out of the message, which may reach a log.
            raise ConfigurationError(f"VAULT_KEYS: key {place} is none; make one with `feedback vault new-key`.")
    return keys


def _messages(env: Mapping[str, str]) -> dict[str, str | None]:
    smtp_url = read_server(env, "SMTP_URL", {"smtp", "smtps"})
    gateway_url = read_server(env, "WHATSAPP_GATEWAY_URL", {"https", "http"})
    token = env.get("WHATSAPP_GATEWAY_TOKEN") or None
    sender = env.get("MAIL_FROM") or None
    if smtp_url and (sender is None or not _is_sender(sender)):
        raise ConfigurationError("SMTP_URL needs MAIL_FROM, such as: Suara Layanan <kabar@kupangkota.go.id>")
    if gateway_url and not (token and token.isascii() and token.isprintable()):
        raise ConfigurationError("WHATSAPP_GATEWAY_URL needs WHATSAPP_GATEWAY_TOKEN, the gateway's bearer token.")
    if (smtp_url or gateway_url) and not env.get("PUBLIC_URL"):
        raise ConfigurationError("SMTP_URL and WHATSAPP_GATEWAY_URL need PUBLIC_URL: every message names that address.")
    return {
        "smtp_url": smtp_url, "mail_from": sender, "whatsapp_gateway_url": gateway_url,
        "whatsapp_gateway_token": token,
        "whatsapp_gateway_webhook_secret": read_secret(env, "WHATSAPP_GATEWAY_WEBHOOK_SECRET"),
    }  # fmt: skip


def _is_sender(value: str) -> bool:
    name, _, domain = parseaddr(value)[1].rpartition("@")
    return bool(name and domain) and value.isprintable()
