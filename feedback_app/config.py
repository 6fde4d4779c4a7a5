"""What an operator turns: settings, read once from the environment, frozen.

Every name here stands in `docs/configuration.md`; a house test compares the two.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from feedback_app.errors import ConfigurationError

SETTING_NAMES = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "FEEDBACK_HOME",
    "HOST",
    "PORT",
    "PUBLIC_URL",
    "WEB_WORKERS",
    "WEB_THREADS",
    "COOKIE_SECURE",
    "DRAIN_BATCH",
    "SWEEP_SECONDS",
    "MODEL_DIR",
    "LOG_LEVEL",
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
        database_url=_url(env, "DATABASE_URL", {"postgresql", "postgres", "postgresql+psycopg"}),
        redis_url=_url(env, "REDIS_URL", {"redis", "rediss", "unix"}),
        secret_key=_secret(env),
        host=env.get("HOST") or "127.0.0.1",
        port=_int(env, "PORT", None, 1, 65535),
        public_url=_public_url(env),
        web_workers=_int(env, "WEB_WORKERS", 2, 1, 64) or 2,
        web_threads=_int(env, "WEB_THREADS", 8, 1, 256) or 8,
        cookie_secure=_bool(env, "COOKIE_SECURE"),
        drain_batch=_int(env, "DRAIN_BATCH", 500, 1, 5000) or 500,
        sweep_seconds=_int(env, "SWEEP_SECONDS", 30, 1, 60) or 30,
        model_dir=Path(env["MODEL_DIR"]) if env.get("MODEL_DIR") else None,
        log_level=_choice(env, "LOG_LEVEL", "INFO", {"DEBUG", "INFO", "WARNING", "ERROR"}),
    )


def resolved(settings: Settings) -> Settings:
    """Return the settings with the embedded servers' addresses and key filled in where none were given.

    Raises
    ------
    ConfigurationError
        `DATABASE_URL` is unset and no embedded server has been started in this home.
    """
    from dataclasses import replace

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


def _url(env: Mapping[str, str], name: str, schemes: set[str]) -> str | None:
    value = env.get(name)
    if not value:
        return None
    if urlsplit(value).scheme not in schemes:
        raise ConfigurationError(f"{name} must begin with one of: {', '.join(sorted(s + '://' for s in schemes))}")
    return value


def _public_url(env: Mapping[str, str]) -> str | None:
    value = env.get("PUBLIC_URL", "").rstrip("/")
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise ConfigurationError(f"PUBLIC_URL must read like https://suara.kupangkota.go.id, not {value!r}.")
    return value


def _secret(env: Mapping[str, str]) -> str | None:
    value = env.get("SECRET_KEY")
    if value and len(value) < 32:
        raise ConfigurationError("SECRET_KEY is too short: give at least 32 random characters.")
    return value or None


def _int(env: Mapping[str, str], name: str, default: int | None, low: int, high: int) -> int | None:
    value = env.get(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ConfigurationError(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def _bool(env: Mapping[str, str], name: str) -> bool:
    value = (env.get(name) or "false").lower()
    if value not in {"true", "false", "1", "0"}:
        raise ConfigurationError(f"{name} must be true or false, not {value!r}.")
    return value in {"true", "1"}


def _choice(env: Mapping[str, str], name: str, default: str, allowed: set[str]) -> str:
    value = (env.get(name) or default).upper()
    if value not in allowed:
        raise ConfigurationError(f"{name} must be one of {', '.join(sorted(allowed))}, not {value!r}.")
    return value
