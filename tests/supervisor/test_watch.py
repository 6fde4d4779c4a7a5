from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from feedback_app.supervisor import account, logs, process
from feedback_app.supervisor.process import Program
from feedback_app.supervisor.watch import BACKOFF_SECONDS, MISSES_ALLOWED, STEADY_SECONDS, Part, watch

pytestmark = pytest.mark.timeout(120)
SLEEP = (sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)")
FAIL = (sys.executable, "-I", "-S", "-c", "raise SystemExit(7)")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program("part", FAIL, {}, tmp_path, tmp_path / "part.log", account.own())


@pytest.fixture
def part(program: Program) -> Iterator[Part]:
    made = Part(program)
    yield made
    if made.running:
        process.stop(made.program, made.running)


def _die(part: Part, now: float) -> float:
    """Let the part start and die at that moment; return the seconds it then waits."""
    assert part.look(now)
    assert part.running is not None
    running = part.running
    assert process.wait_until(lambda: process.has_ended(running), 10)
    assert part.look(now)
    return part.due - now


def test_a_part_that_keeps_dying_is_tried_ever_more_rarely_and_never_given_up(
    part: Part, capsys: pytest.CaptureFixture[str]
) -> None:
    now, waits = 1000.0, []
    for _ in range(9):
        waits.append(_die(part, now))
        now += waits[-1]
    assert waits == pytest.approx([*BACKOFF_SECONDS, BACKOFF_SECONDS[-1], BACKOFF_SECONDS[-1]])
    assert part.restarts == 9
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 9
    assert f"ended with exit code 7, see {part.program.log}; starting it again in 0.2 s." in lines[0]
    assert "in a row" not in lines[3]
    assert "It ended 5 times in a row." in lines[4]


def test_a_part_that_ran_for_a_minute_is_started_again_without_delay(part: Part) -> None:
    now = 1000.0
    for _ in range(4):
        now += _die(part, now)
    part.look(now)
    assert part.running is not None
    running = part.running
    assert process.wait_until(lambda: process.has_ended(running), 10)
    part.look(now + STEADY_SECONDS + 1)
    assert part.due - (now + STEADY_SECONDS + 1) == pytest.approx(BACKOFF_SECONDS[0])


def test_a_program_that_cannot_be_started_is_tried_again(part: Part) -> None:
    part.program = replace(part.program, log=part.program.log.parent / "missing" / "part.log")
    assert part.look(1000.0)
    assert (part.running, part.state) == (None, "restarting")
    assert part.due > 1000.0


def test_a_server_that_does_not_answer_for_long_is_killed_and_started_again(
    part: Part, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = [True]
    part.program = replace(part.program, argv=SLEEP, answers=lambda: answer[0])
    now = 1000.0
    part.look(now)
    part.look(now + 1)
    assert part.state == "running"
    first = part.running
    assert first is not None
    answer[0] = False
    for _ in range(MISSES_ALLOWED + 1):
        now += 3
        part.look(now)
    assert "does not answer and was killed" in capsys.readouterr().err
    assert first.returncode == -9


def test_a_short_silence_is_forgiven(part: Part) -> None:
    answers = iter([True, False, False, True] + [True] * 20)
    part.program = replace(part.program, argv=SLEEP, answers=lambda: next(answers))
    now = 1000.0
    for _ in range(8):
        part.look(now)
        now += 3
    assert part.state == "running"
    assert part.restarts == 0


def test_an_overgrown_log_is_set_aside_and_stays_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LARGEST_BYTES", 100)
    path = tmp_path / "web.log"
    for number in range(8):
        logs.append(path, f"{number}".encode() * 101)
    assert path.read_bytes() == b"7" * 101
    assert sorted(found.name for found in tmp_path.iterdir()) == ["web.log", "web.log.1", "web.log.2", "web.log.3"]
    assert logs.trim(path)
    assert path.read_bytes() == b""
    assert (tmp_path / "web.log.1").read_bytes() == b"7" * 101
    assert not logs.trim(path)


def test_worker_and_sweep_leave_the_processors_to_the_web_server_while_it_loads(
    program: Program, tmp_path: Path
) -> None:
    begun = time.monotonic()
    answered: list[float] = []
    ready: list[float] = []

    def answers() -> bool:
        if time.monotonic() - begun < 0.6:
            return False
        answered.append(time.monotonic())
        return True

    web = Part(replace(program, name="web", argv=SLEEP, answers=answers))
    worker = Part(replace(program, name="worker", argv=SLEEP))
    watch(
        tmp_path,
        [web, worker],
        until=lambda: bool(ready) or time.monotonic() - begun > 20,
        when_ready=lambda: ready.append(time.monotonic()),
    )
    for part in (web, worker):
        assert part.running is not None
        process.stop(part.program, part.running)
    assert worker.started >= answered[0]
    assert ready[0] - answered[0] < 2
