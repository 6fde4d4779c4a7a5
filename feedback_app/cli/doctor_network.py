"""What `feedback doctor` sees in the addresses of other machines: whether what is sent there can be read on the way.

ASVS 5.0, 12.3.1 and 12.3.2. Mail and identity providers are not looked at: nothing goes to them without TLS. Redis is
looked at where it is asked (`doctor_queue`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from feedback_app.cli.doctor_lines import Line, Lines, judged, ok
from feedback_app.cli.doctor_settings import is_public
from feedback_app.config import Settings

# libpq: whether the certificate is asked for, and whether it has to be of the host that was called.
_CHECKED: Final = "verify-full"
_ALWAYS_TLS: Final = frozenset({"require", "verify-ca", _CHECKED})
_USUAL_MODE: Final = "prefer"


def is_elsewhere(host: str | None) -> bool:
    """Tell whether a host is another machine than this one; a folder is that of a socket.

    >>> is_elsewhere("db.kota.go.id"), is_elsewhere("127.0.0.1"), is_elsewhere("/run/postgresql")
    (True, False, False)
    """
    if not host or host == "localhost" or host.startswith(("/", "@")):
        return False
    try:
        return not ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return True


def databases(settings: Settings) -> Lines:
    """Look at how the database is called by whoever calls it."""
    for name, url in (("DATABASE_URL", settings.database_url), ("WEB_DATABASE_URL", settings.web_database_url)):
        if url:
            yield from _database(name, url, public=is_public(settings))


def _database(name: str, url: str, *, public: bool) -> Iterator[Line]:
    from psycopg.conninfo import conninfo_to_dict

    told = conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://", 1))
    hosts = str(told.get("host") or told.get("hostaddr") or os.environ.get("PGHOST") or "").split(",")
    if not any(is_elsewhere(host) for host in hosts):
        yield ok("database_door", f"{name} is reached on this machine")
        return
    mode = str(told.get("sslmode") or os.environ.get("PGSSLMODE") or _USUAL_MODE)
    what = "is checked to be the right server" if mode == _CHECKED else "may be any server"
    yield judged(
        "database_door", f"{name} is another machine with sslmode={mode}: it {what}",
        f"add sslmode={_CHECKED}&sslrootcert=FILE (or sslrootcert=system) to {name}",
        is_warn=mode != _CHECKED, is_bad=public and mode not in _ALWAYS_TLS,
    )  # fmt: skip


def services(settings: Settings) -> Lines:
    """Look at whether a key or a file goes to another machine in the clear."""
    for name, url, sent in (
        ("S3_ENDPOINT_URL", settings.s3_endpoint_url, "files of citizens"),
        ("WHATSAPP_GATEWAY_URL", settings.whatsapp_gateway_url, "messages, numbers and the token"),
        ("CLAMD_URL", settings.clamd_url, "files of citizens"),
    ):
        parts = urlsplit(url or "")
        if parts.hostname:
            is_plain = parts.scheme in {"http", "tcp"} and is_elsewhere(parts.hostname)
            yield judged(
                "service_door", f"{name}: {sent} go {'in the clear' if is_plain else 'as they should'}",
                "run clamd on this machine" if parts.scheme == "tcp" else f"set an https address in {name}",
                is_warn=is_plain, is_bad=is_plain and is_public(settings),
            )  # fmt: skip


CHECKS: Final = {"database_door": databases, "service_door": services}
