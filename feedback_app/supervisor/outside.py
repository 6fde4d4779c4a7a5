"""Servers somebody else runs: is there one behind each address that was set?"""

from __future__ import annotations

from urllib.parse import urlsplit

from feedback_app.config import Settings
from feedback_app.errors import ConfigurationError
from feedback_app.supervisor.binaries import OLDEST_POSTGRES

CONNECT_SECONDS = 5


def check(settings: Settings) -> None:
    """Connect once to each outside server.

    Raises
    ------
    ConfigurationError
        One cannot be reached or is too old; the message names the setting and never the password.
    """
    if settings.database_url:
        _check_database(settings.database_url)
    if settings.redis_url:
        _check_redis(settings.redis_url)


def _check_database(url: str) -> None:
    import psycopg

    plain = "postgresql://" + url.split("://", 1)[1]
    try:
        with psycopg.connect(plain, connect_timeout=CONNECT_SECONDS) as link:
            major = link.info.server_version // 10_000
    except psycopg.Error as error:
        raise ConfigurationError(
            f"DATABASE_URL: the database at {_place(url)} cannot be reached ({_first_line(error)})."
        ) from error
    if major < OLDEST_POSTGRES:
        raise ConfigurationError(
            f"DATABASE_URL: the server at {_place(url)} is PostgreSQL {major}; {OLDEST_POSTGRES} or newer is needed."
        )


def _check_redis(url: str) -> None:
    import redis

    link = redis.Redis.from_url(url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS)
    try:
        link.ping()
    except (redis.RedisError, OSError) as error:
        raise ConfigurationError(
            f"REDIS_URL: the Redis at {_place(url)} cannot be reached ({_first_line(error)})."
        ) from error
    finally:
        link.close()


def _place(url: str) -> str:
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] + parts.path


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
