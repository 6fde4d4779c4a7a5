from __future__ import annotations

import socket
import time

import psutil
import psycopg
import pytest

from feedback_app.config import resolved
from feedback_app.supervisor import status
from tests.supervisor.conftest import Machine, wait_for

pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize("name", ["postgres", "redis", "web", "worker", "sweep"])
def test_a_killed_part_runs_again_within_ten_seconds_and_is_reported(running: Machine, name: str) -> None:
    before = running.part(name)
    killed = time.monotonic()
    psutil.Process(before["pid"]).kill()
    wait_for(lambda: running.part(name)["restarts"] == before["restarts"] + 1, 10, running)
    wait_for(lambda: status(running.settings()).exit_code == 0 and running.answers(), 10, running)
    assert time.monotonic() - killed < 10
    assert running.part(name)["pid"] != before["pid"]
    assert f"{name} (process {before['pid']}) was ended by SIGKILL; starting it again" in running.said


def test_a_killed_web_worker_process_is_replaced_within_ten_seconds(running: Machine) -> None:
    web = psutil.Process(running.part("web")["pid"])
    workers = web.children()
    workers[0].kill()
    # The web server replaces its own worker; should it give up instead, it is itself started again.
    wait_for(lambda: running.answers() and _is_replaced(workers[0], _web_workers(running), len(workers)), 10, running)


def _is_replaced(killed: psutil.Process, alive: list[psutil.Process], wanted: int) -> bool:
    # A killed process is still listed until its parent has noticed.
    return len(alive) == wanted and killed.pid not in {process.pid for process in alive}


def test_a_busy_query_of_a_killed_postmaster_does_not_keep_the_next_one_from_starting(
    running: Machine,
) -> None:
    url = resolved(running.settings()).database_url or ""
    before = running.part("postgres")
    busy = psycopg.connect(url, options="-c statement_timeout=40s")
    try:
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 10000000000)")
        wait_for(lambda: _busy_backends(before["pid"]), 5, running)
        psutil.Process(before["pid"]).kill()
        wait_for(lambda: running.part("postgres")["restarts"] == before["restarts"] + 1, 10, running)
        wait_for(lambda: status(running.settings()).exit_code == 0, 10, running)
    finally:
        busy.close()
    with psycopg.connect(url) as link:
        assert link.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.slow
def test_committed_rows_survive_the_kill_of_the_database(running: Machine) -> None:
    url = resolved(running.settings()).database_url or ""
    with psycopg.connect(url) as link:
        link.execute("DROP TABLE IF EXISTS committed")
        link.execute("CREATE TABLE committed AS SELECT n FROM generate_series(1, 1000) AS n")
    before = running.part("postgres")
    psutil.Process(before["pid"]).kill()
    wait_for(lambda: running.part("postgres")["restarts"] == before["restarts"] + 1, 10, running)
    wait_for(lambda: status(running.settings()).exit_code == 0, 10, running)
    with psycopg.connect(url) as link:
        assert link.execute("SELECT count(*), sum(n) FROM committed").fetchone() == (1000, 500500)


@pytest.mark.parametrize("held", ["head", "body"])
def test_sixty_half_sent_requests_do_not_keep_others_from_being_served(running: Machine, held: str) -> None:
    begun = {
        "head": b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        "body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc",
    }[held]
    sockets = [socket.create_connection(("127.0.0.1", running.port or 0)) for _ in range(60)]
    try:
        for one in sockets:
            one.sendall(begun)
        time.sleep(0.3)
        started = time.monotonic()
        assert all(running.page().isdigit() for _ in range(8))
        assert time.monotonic() - started < 4
    finally:
        for one in sockets:
            one.close()


def _busy_backends(postmaster: int) -> bool:
    backends = psutil.Process(postmaster).children()
    return any("SELECT" in " ".join(process.cmdline()) for process in backends)


def _web_workers(machine: Machine) -> list[psutil.Process]:
    try:
        found = psutil.Process(machine.part("web")["pid"]).children()
        return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]
    except (psutil.NoSuchProcess, ValueError, TypeError):
        return []
