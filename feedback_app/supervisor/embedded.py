"""Start and stop the servers this installation brings along, and say how to reach them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from feedback_app.config import Settings
from feedback_app.errors import ConfigurationError
from feedback_app.key_files import SECRET_KEY, kept_fallbacks, kept_lasting
from feedback_app.supervisor import cluster, leftovers, logs, outside, places, postgres, process, redis, state
from feedback_app.supervisor.console import say
from feedback_app.supervisor.home import kept_secret, write_private
from feedback_app.supervisor.places import Places
from feedback_app.supervisor.process import Program

PATIENCE_SECONDS: Final = 10.0


@dataclass(slots=True)
class Embedded:
    """The running servers of one installation and the settings that reach them."""

    settings: Settings
    running: list[tuple[Program, subprocess.Popen[bytes]]] = field(default_factory=list)
    places: Places | None = None


def launch(settings: Settings, *, fsync: bool = True) -> Embedded:
    """Start the servers for which no outside address is set, and wait until they answer.

    The caller holds the lock of the home. Nothing is left running when a step fails.

    Raises
    ------
    ConfigurationError
        An outside server cannot be reached, or an embedded one does not start.
    """
    outside.check(settings)
    leftovers.clear(settings.home)
    filled = settings if settings.secret_key else _with_kept_secrets(settings)
    if settings.database_url and settings.redis_url:
        return Embedded(filled)
    place = places.settle(settings.home)
    for note in place.notes:
        say(note)
    embedded = Embedded(filled, places=place)
    try:
        _start_all(embedded, place, fsync=fsync)
    except BaseException:
        halt(embedded)
        raise
    return embedded


def _with_kept_secrets(settings: Settings) -> Settings:
    home = settings.home
    return replace(
        settings,
        secret_key=kept_secret(home, SECRET_KEY),
        secret_key_fallbacks=settings.secret_key_fallbacks or kept_fallbacks(home),
        lasting_secret=settings.lasting_secret or kept_lasting(home),
    )


def halt(embedded: Embedded, *, hurry: Callable[[], bool] = lambda: False) -> None:
    """Stop the servers, the last started one first."""
    while embedded.running:
        program, running = embedded.running[-1]
        process.stop(program, running, hurry=hurry)
        embedded.running.pop()
    if embedded.places:
        embedded.places.leave()


def note_connection(settings: Settings, port: int | None) -> None:
    """Write for other processes of this user how to reach the servers."""
    noted = {
        "database_url": settings.database_url,
        "web_database_url": settings.web_database_url,
        "redis_url": settings.redis_url,
        "secret_key": settings.secret_key,
        "secret_key_fallbacks": list(settings.secret_key_fallbacks),
        "lasting_secret": settings.lasting_secret,
        "port": port,
        "pid": os.getpid(),
    }
    write_private(settings.connection_file, json.dumps(noted))


def _start_all(embedded: Embedded, place: Places, *, fsync: bool) -> None:
    settings = embedded.settings
    if not settings.redis_url:
        _start(embedded, redis.program(place, fsync=fsync))
        embedded.settings = replace(embedded.settings, redis_url=redis.url(place))
    if not settings.database_url:
        if cluster.initialise(place, fsync=fsync):
            say(f"Created the database (PostgreSQL {place.postgres.major}) in {place.postgres_data}.")
        _start(embedded, postgres.program(place, settings, fsync=fsync))
        embedded.settings = replace(
            embedded.settings, database_url=postgres.url(place), web_database_url=postgres.web_url(place)
        )
    for program, running in embedded.running:
        seconds = postgres.READY_SECONDS if program.name == "postgres" else redis.READY_SECONDS
        _wait_ready(program, running, seconds)


def _start(embedded: Embedded, program: Program) -> None:
    embedded.running.append((program, process.start(program)))
    state.note_servers(embedded.settings.home, embedded.running)


def _wait_ready(program: Program, running: subprocess.Popen[bytes], seconds: float) -> None:
    ready = program.answers or (lambda: True)

    def ended() -> bool:
        return process.has_ended(running)

    if process.wait_until(ready, PATIENCE_SECONDS, unless=ended):
        return
    if not ended():
        say(f"{program.name} is still loading or recovering its data; waiting.")
        if process.wait_until(ready, seconds, unless=ended):
            return
    what = "ended at once" if ended() else f"does not answer after {seconds:.0f} s"
    raise ConfigurationError(f"The embedded {program.name} {what} ({logs.last_lines(program.log)}); see {program.log}.")
