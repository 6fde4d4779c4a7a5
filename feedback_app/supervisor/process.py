"""Start, recognise and stop one operating-system process and everything it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from feedback_app.supervisor import logs
from feedback_app.supervisor.account import Account, command_as

TICK_SECONDS: Final = 0.02


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Program:
    """What to run and how to end it.

    `stop_signal` asks for an orderly end, `hasten_signal` for a quick one, `grace_seconds` lie between.
    `before_start` clears what a dead predecessor left behind; `answers` tells whether it can be reached.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    folder: Path
    log: Path
    account: Account
    address: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    hasten_signal: signal.Signals = signal.SIGKILL
    grace_seconds: float = 10.0
    before_start: Callable[[], object] = _nothing
    answers: Callable[[], bool] | None = None


def start(program: Program, *, output: int | None = None) -> subprocess.Popen[bytes]:
    """Start the program as leader of its own session, tied to the life of the calling thread.

    Its errors go to its log; what it prints goes there too, or to the descriptor `output`.
    """
    program.before_start()
    command = command_as(program.account, program.folder, program.argv, death_signal=program.stop_signal)
    log = logs.open_log(program.log)
    try:
        return subprocess.Popen(  # noqa: S603 - the command is built by this package
            command,
            env=dict(program.env),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log if output is None else output,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)


def run_to_end(command: list[str], given: bytes, env: Mapping[str, str]) -> tuple[int, bytes]:
    """Run a short command and return its exit code and output; when interrupted, end all it started."""
    running = subprocess.Popen(  # noqa: S603 - the command is built by this package
        command,
        env=dict(env),
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _ = running.communicate(given)
    except BaseException:
        reap(running)
        raise
    return running.returncode, output


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Return whether the process has ended, without reaping it: its number stays reserved until `reap`."""
    if process.returncode is not None:
        return True
    if sys.platform == "darwin":
        return process.poll() is not None
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def reap(process: subprocess.Popen[bytes]) -> int:
    """Kill what is left of the ended process' session and return its exit code (negative: the signal)."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def stop(program: Program, process: subprocess.Popen[bytes], *, hurry: Callable[[], bool] = lambda: False) -> None:
    """End the process: ask, wait for its grace (or until `hurry`), ask harder, kill."""
    for wanted, seconds in ((program.stop_signal, program.grace_seconds), (program.hasten_signal, 5.0)):
        if has_ended(process):
            break
        process.send_signal(wanted)
        impatient = hurry if wanted is program.stop_signal else (lambda: False)
        wait_until(lambda: has_ended(process), seconds, unless=impatient)
    if not has_ended(process):
        process.kill()
    reap(process)


def wait_until(condition: Callable[[], bool], seconds: float, *, unless: Callable[[], bool] = lambda: False) -> bool:
    """Return whether the condition came true within the time; `unless` ends the wait early."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline or unless():
            return condition()
        time.sleep(TICK_SECONDS)
    return True


def identity(pid: int) -> str | None:
    """Return what tells this process from a later one of the same number; None when it does not run."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _identity_by_ps(pid) if not Path("/proc/self").exists() else None
    fields = line.rpartition(")")[2].split()
    return None if fields[0] in {"Z", "X"} else fields[19]


def _identity_by_ps(pid: int) -> str | None:
    command = ["/bin/ps", "-o", "lstart=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return answer.stdout.strip() or None
