"""The embedded PostgreSQL: its settings, whether it answers, what a dead one leaves behind."""

from __future__ import annotations

import os
import signal
import socket
import struct
from functools import partial
from pathlib import Path
from typing import Final

from feedback_app.config import Settings, socket_database_url
from feedback_app.db_wall.roles import PORTAL_ROLE
from feedback_app.supervisor.home import kept_secret, private_folder
from feedback_app.supervisor.places import POSTGRES_SOCKET, Places
from feedback_app.supervisor.process import Program, identity

ROLE: Final = "suara"
DATABASE: Final = "suara"
WEB_SECRET: Final = "postgres-web"  # noqa: S105 - the name of a file
READY_SECONDS: Final = 600.0
STOP_SECONDS: Final = 60.0
ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/"}
STARTING_UP: Final = b"C57P03"


def url(places: Places) -> str:
    """Return the URL of the embedded database."""
    return socket_database_url(places.sockets, ROLE, kept_secret(places.home, "postgres"), DATABASE)


def web_url(places: Places) -> str:
    """Return the URL with which the web server reaches the embedded database: a login behind the second wall."""
    return socket_database_url(places.sockets, PORTAL_ROLE, kept_secret(places.home, WEB_SECRET), DATABASE)


def program(places: Places, settings: Settings, *, fsync: bool = True) -> Program:
    """Return how to run the server; the settings given here hold whatever the configuration file says."""
    connections = max(100, settings.web_workers * (settings.web_threads + 4) + 40)
    given = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(places.sockets),
        "unix_socket_permissions": "0700",
        "max_connections": str(connections),
        "logging_collector": "off",
        "log_destination": "stderr",
        # What citizens wrote is a parameter of a statement, and a row that is refused is repeated in the detail.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    }
    if not fsync:
        given |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    words = [word for name, value in given.items() for word in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        argv=(str(places.postgres.server), "-D", str(places.postgres_data), *words),
        env=ENVIRONMENT,
        folder=places.data,
        log=log_path(places),
        account=places.account,
        address=str(places.postgres_socket),
        stop_signal=signal.SIGINT,
        hasten_signal=signal.SIGQUIT,
        grace_seconds=STOP_SECONDS,
        before_start=partial(_make_way, places),
        answers=partial(answers, places.postgres_socket),
    )


def answers(path: Path) -> bool:
    """Return whether a server behind the socket takes part in the protocol and is not still starting.

    A server that refuses (too many clients, wrong password) is alive; one in crash recovery is not ready yet.
    """
    reply = handshake(path)
    return reply[:1] in {b"R", b"E"} and STARTING_UP not in reply


def handshake(path: Path, seconds: float = 3.0) -> bytes:
    """Return the first bytes of the server's reply to a start-up message, empty when nobody answers.

    Source: PostgreSQL documentation, "Message Formats", StartupMessage (protocol 3.0).
    """
    words = b"user\0" + ROLE.encode() + b"\0database\0" + DATABASE.encode() + b"\0\0"
    message = struct.pack("!ii", 8 + len(words), 196608) + words
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(seconds)
            link.connect(str(path))
            link.sendall(message)
            return link.recv(400)
    except OSError:
        return b""


def log_path(places: Places) -> Path:
    """Return the log of the server and of the commands that prepare its data."""
    return places.home / "logs" / "postgres.log"


def clear_stale(places: Places) -> None:
    """Remove the lock files of a server that is gone when their number now belongs to another process."""
    locks = (places.postgres_data / "postmaster.pid", places.sockets / f"{POSTGRES_SOCKET}.lock")
    for path in locks:
        try:
            pid = int(path.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0])
        except (OSError, ValueError):
            continue
        if not _serves(pid, places.postgres_data):
            path.unlink(missing_ok=True)


def _make_way(places: Places) -> None:
    private_folder(places.sockets, places.account)
    clear_stale(places)


def _serves(pid: int, data: Path) -> bool:
    if identity(pid) is None:
        return False
    try:
        return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True
