"""The parts of the application itself: web server, worker, sweep."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from feedback_app.config import Settings, project_root
from feedback_app.supervisor import account, ports
from feedback_app.supervisor.process import Program

Commands = Mapping[str, tuple[str, ...]]

# A request whose body arrives slowly occupies a thread until it is complete. These threads, beside the
# WEB_THREADS that work, are for slow senders: 60 held bodies stop a server of 8 threads, not one of 128.
SLOW_SENDERS: Final = 120
CONNECTIONS_PER_WORKER: Final = 1024
HEADER_MILLISECONDS: Final = 10_000
WEB_STOP_SECONDS: Final = 5
GRACE_SECONDS: Final = {"web": WEB_STOP_SECONDS + 3.0, "worker": 15.0, "sweep": 5.0}


def usual_commands(settings: Settings, port: int, *, app: str = "feedback_app.wsgi:app") -> Commands:
    """Return the commands that run the application, by the name of the part."""
    return {
        "web": web_command(settings, port, app),
        "worker": (sys.executable, "-m", "feedback_app.worker"),
        "sweep": (sys.executable, "-m", "feedback_app.sweep"),
    }


def programs(settings: Settings, port: int | None, commands: Commands) -> list[Program]:
    """Return how to run each part; settings reach it by its environment."""
    environment = {**os.environ, **exported(settings, port)}
    environment.pop("WEB_DATABASE_URL", None)
    return [
        Program(
            name=name,
            argv=argv,
            env=_behind_the_wall(environment, settings) if name == "web" else environment,
            folder=project_root(),
            log=settings.home / "logs" / f"{name}.log",
            account=account.own(),
            address=address(settings.host, port) if name == "web" and port else "",
            grace_seconds=GRACE_SECONDS.get(name, 5.0),
            answers=_web_answers(settings.host, port) if name == "web" and port else None,
        )
        for name, argv in commands.items()
    ]


def _behind_the_wall(environment: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """Return the environment of the web server, which learns its own login to the database and not the owner's."""
    own = {} if settings.web_database_url is None else {"DATABASE_URL": settings.web_database_url}
    return {**environment, **own}


def exported(settings: Settings, port: int | None) -> dict[str, str]:
    """Return the settings as the environment variables from which a child reads them."""
    given: dict[str, str | int | Path | None] = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": ",".join(settings.secret_key_fallbacks) or None,
        "LASTING_SECRET": settings.lasting_secret,
        "FEEDBACK_HOME": settings.home,
        "HOST": settings.host,
        "PORT": port,
        "WEB_WORKERS": settings.web_workers,
        "WEB_THREADS": settings.web_threads,
        "COOKIE_SECURE": "true" if settings.cookie_secure else "false",
        "SECOND_FACTOR": settings.second_factor.upper(),
        "DRAIN_BATCH": settings.drain_batch,
        "SWEEP_SECONDS": settings.sweep_seconds,
        "MODEL_DIR": settings.model_dir,
        "LOG_LEVEL": settings.log_level,
        "PYTHONUNBUFFERED": "1",
    }
    return {name: str(value) for name, value in given.items() if value is not None}


def address(host: str, port: int) -> str:
    """Return the address a browser on this machine uses."""
    local = _local(host)
    return f"http://[{local}]:{port}" if ":" in local else f"http://{local}:{port}"


def web_command(settings: Settings, port: int, app: str) -> tuple[str, ...]:
    """Return what starts the web server with the borders that slow and many senders meet."""
    options = {
        "interface": "wsgi",
        "host": ports.numeric(settings.host),
        "port": port,
        "workers": settings.web_workers,
        "blocking-threads": settings.web_threads + SLOW_SENDERS,
        "backpressure": CONNECTIONS_PER_WORKER,
        "backlog": 2 * CONNECTIONS_PER_WORKER,
        "http": "1",
        "http1-header-read-timeout": HEADER_MILLISECONDS,
        "respawn-interval": 0.5,
        "workers-kill-timeout": WEB_STOP_SECONDS,
        "log-level": "warning",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    switches = ("--no-ws", "--no-access-log", "--respawn-failed-workers")
    return (sys.executable, "-m", "granian", *words, *switches, app)


def _web_answers(host: str, port: int) -> Callable[[], bool]:
    return partial(_accepts, _local(host), port)


def _accepts(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=3.0):
            return True
    except OSError:
        return False


def _local(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
