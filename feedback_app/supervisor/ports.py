"""The port of the web server: a free one, held for as long as the supervisor lives."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from feedback_app.config import Settings
from feedback_app.errors import ConfigurationError
from feedback_app.supervisor.console import say

USUAL_PORT: Final = 8000
TRIED_PORTS: Final = 100


@contextmanager
def reserved(settings: Settings) -> Iterator[int]:
    """Hold the port that was set, or the first free one from 8000 on, while the block runs.

    Raises
    ------
    ConfigurationError
        The port that was set is taken, or the host is not an address of this machine.
    """
    wanted = settings.port or USUAL_PORT
    last = wanted if settings.port else wanted + TRIED_PORTS
    for port in range(wanted, last + 1):
        held = _hold(settings.host, port)
        if held is None:
            continue
        if port != wanted:
            say(f"Port {wanted} is taken by another program; using {port}.")
        with held:
            yield port
        return
    if settings.port:
        raise ConfigurationError(f"PORT {wanted} on {settings.host} is taken by another program.")
    raise ConfigurationError(f"All ports from {wanted} to {last} are taken: set PORT to a free one.")


def numeric(host: str) -> str:
    """Return the IP address of a host name, which is all the web server understands.

    Raises
    ------
    ConfigurationError
        The name is unknown.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(f"HOST {host} is not an address of this machine.") from error
    return str(found[0][4][0])


def _hold(host: str, port: int) -> socket.socket | None:
    """Return a socket that owns the port without listening on it, None when the port is taken.

    It binds alone, so two supervisors never hold the same port; only then it lets the web server, which asks
    for shared use (SO_REUSEPORT) and has the same user, bind beside it, now and after each restart.
    """
    address = numeric(host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((address, port))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        with contextlib.suppress(AttributeError):
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    except OSError as error:
        held.close()
        if error.errno == errno.EADDRINUSE:
            return None
        if error.errno == errno.EACCES:
            raise ConfigurationError(f"PORT {port} is reserved for root: choose one above 1023.") from error
        raise ConfigurationError(f"HOST {host} is not an address of this machine.") from error
    return held
