"""The embedded Redis: its folder, its settings, whether it answers."""

from __future__ import annotations

import signal
import socket
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

from feedback_app.supervisor.home import private_folder
from feedback_app.supervisor.places import Places
from feedback_app.supervisor.process import Program

READY_SECONDS: Final = 600.0
STOP_SECONDS: Final = 20.0
ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/"}


def url(places: Places) -> str:
    """Return the URL of the embedded Redis."""
    return f"unix://{quote(str(places.redis_socket))}?db=0"


def program(places: Places, *, fsync: bool = True) -> Program:
    """Return how to run the server: append-only file, nothing ever evicted, reachable by its socket only."""
    given = {
        "port": "0",
        "unixsocket": str(places.redis_socket),
        "unixsocketperm": "700",
        "dir": str(places.redis_data),
        "appendonly": "yes",
        "appendfsync": "everysec" if fsync else "no",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    words = [word for name, value in given.items() for word in (f"--{name}", value)]
    return Program(
        name="redis",
        argv=(str(places.redis), *words),
        env=ENVIRONMENT,
        folder=places.data,
        log=places.home / "logs" / "redis.log",
        account=places.account,
        address=str(places.redis_socket),
        stop_signal=signal.SIGTERM,
        hasten_signal=signal.SIGTERM,
        grace_seconds=STOP_SECONDS,
        before_start=partial(private_folder, places.sockets, places.account),
        answers=partial(answers, places.redis_socket),
    )


def answers(path: Path, seconds: float = 3.0) -> bool:
    """Return whether the server behind the socket answers and has loaded its data."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(seconds)
            link.connect(str(path))
            link.sendall(b"PING\r\n")
            return link.recv(100).startswith(b"+PONG")
    except OSError:
        return False
