"""What has to be done between the servers and the rest: tables, data. A process of its own, so it can be ended."""

from __future__ import annotations

import math
import os
import sys
from typing import Final

from feedback_app.config import Settings, project_root
from feedback_app.supervisor import account, children, logs, process, state
from feedback_app.supervisor.embedded import Embedded
from feedback_app.supervisor.interruption import InterruptedStart, Requests
from feedback_app.supervisor.process import Program

GRACE_SECONDS: Final = 10.0


class PreparationFailedError(Exception):
    """The preparation ended with an error; the message is one sentence for the person at the terminal."""


def run(argv: tuple[str, ...], started: Embedded, settings: Settings, requests: Requests) -> None:
    """Run the command to its end; what it prints goes to the terminal, its errors to a log.

    It leads a session of its own: a Ctrl-C reaches the supervisor alone, who ends it in order.

    Raises
    ------
    InterruptedStart
        A stop was asked for; the command has ended.
    PreparationFailedError
        It ended with an error.
    """
    program = _program(argv, settings)
    running = process.start(program, output=_terminal())
    try:
        state.note_servers(settings.home, [*started.running, (program, running)])
        process.wait_until(lambda: process.has_ended(running), math.inf, unless=requests.stop)
    finally:
        process.stop(program, running, hurry=requests.hurry)
    if requests.stop():
        raise InterruptedStart
    state.note_servers(settings.home, started.running)
    if running.returncode != 0:
        cause = _cause(running.returncode, program)
        raise PreparationFailedError(f"The database could not be prepared ({cause}); see {program.log}.")


def _program(argv: tuple[str, ...], settings: Settings) -> Program:
    return Program(
        name="prepare",
        argv=argv,
        env={**os.environ, **children.exported(settings, settings.port)},
        folder=project_root(),
        log=settings.home / "logs" / "prepare.log",
        account=account.own(),
        grace_seconds=GRACE_SECONDS,
    )


def _terminal() -> int | None:
    """Return where this process prints to, None when it has nothing to print to."""
    try:
        sys.stdout.flush()
        return sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):
        return None


def _cause(code: int, program: Program) -> str:
    if code < 0:
        return f"the command was ended by signal {-code}"
    return logs.last_lines(program.log, 1).rstrip(".") or f"the command ended with exit code {code}"
