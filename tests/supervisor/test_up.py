from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
from redis import Redis

from feedback_app.config import load, resolved
from feedback_app.supervisor import down, status
from feedback_app.supervisor.home import read_noted
from tests.supervisor.conftest import Machine, free_port, new_home, remove, wait_for

pytestmark = pytest.mark.timeout(120)
Start = Callable[..., Machine]


@pytest.mark.slow
def test_everything_runs_after_the_first_start(machines: Start) -> None:
    machine = machines(new_home())
    assert machine.ready()["address"] == f"http://127.0.0.1:{machine.port}"
    assert machine.answers()
    found = status(machine.settings())
    assert found.exit_code == 0
    assert {part.name for part in found.parts} == {"postgres", "redis", "web", "worker", "sweep"}


def test_the_database_answers_before_the_preparation_is_called(running: Machine) -> None:
    url = running.record.with_suffix(".prepared").read_text(encoding="utf-8")
    assert url == resolved(running.settings()).database_url
    with psycopg.connect(url) as link:
        assert link.execute("SELECT 1").fetchone() == (1,)


def test_a_second_up_in_the_same_folder_says_so_and_starts_nothing(running: Machine) -> None:
    second = Machine(running.home, free_port()).start()
    assert second.exit_code() == 0
    assert f"Already running at http://127.0.0.1:{running.port}" in second.said
    assert str(running.ready()["pid"]) in second.said
    assert f"It keeps its port; to use PORT {second.port}, stop it and start again." in second.said
    assert not second.record.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_stop_signal_leaves_no_process_and_no_connection_file(machines: Start, number: signal.Signals) -> None:
    machine = machines()
    machine.ready()
    family = machine.family()
    machine.signal(number)
    assert machine.exit_code() == 0
    assert [process for process in family if process.is_running()] == []
    assert not (machine.home / "connection.json").exists()
    assert status(machine.settings()).exit_code == 3


def test_down_stops_a_running_up_and_says_when_there_is_none(
    machines: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = machines()
    machine.ready()
    family = machine.family()
    assert down(machine.settings()) == 0
    assert machine.exit_code() == 0
    assert [process for process in family if process.is_running()] == []
    assert down(machine.settings()) == 0
    assert "Nothing is running." in capsys.readouterr().err


def test_up_after_kill_of_the_supervisor_works_and_keeps_the_data(machines: Start) -> None:
    machine = machines()
    machine.ready()
    with psycopg.connect(resolved(machine.settings()).database_url or "") as link:
        link.execute("DROP TABLE IF EXISTS kept")
        link.execute("CREATE TABLE kept AS SELECT 7 AS n")
    family = machine.family()
    machine.signal(signal.SIGKILL)
    machine.exit_code()
    again = machines(machine.home, port=machine.port)
    again.ready()
    assert [process for process in family if process.is_running()] == []
    with psycopg.connect(resolved(machine.settings()).database_url or "") as link:
        assert link.execute("SELECT n FROM kept").fetchone() == (7,)
    assert again.answers()


@pytest.mark.slow
def test_up_after_kill_of_supervisor_and_web_server_at_once_ends_the_orphans(machines: Start) -> None:
    machine = machines()
    machine.ready()
    web = psutil.Process(machine.part("web")["pid"])
    workers = web.children()
    assert workers
    machine.signal(signal.SIGSTOP)
    web.kill()
    machine.signal(signal.SIGKILL)
    machine.exit_code()
    again = machines(machine.home, port=machine.port)
    again.ready()
    assert [process for process in workers if process.is_running()] == []
    assert again.answers()


@pytest.mark.slow
def test_a_folder_with_spaces_and_a_path_of_more_than_150_bytes(machines: Start) -> None:
    top = new_home(" folder é")
    home = top / ("panjang sekali " * 6) / ("dan lebih " * 6) / "rumah"
    assert len(os.fsencode(home)) > 150
    machine = machines(home)
    try:
        machine.ready()
        assert machine.answers()
        with psycopg.connect(resolved(machine.settings()).database_url or "") as link:
            assert link.execute("SELECT 1").fetchone() == (1,)
        with Redis.from_url(resolved(machine.settings()).redis_url or "") as queue:
            assert len(queue.client_list()) >= 1
        short = Path(machine.part("redis")["address"]).parent
        assert stat.S_IMODE(short.stat().st_mode) == 0o700
        machine.end()
        assert not short.exists()
    finally:
        machine.end()
        remove(top)


@pytest.mark.slow
def test_two_folders_side_by_side_choose_different_ports(machines: Start) -> None:
    first, second = machines(port=None), machines(port=None)
    addresses = {first.ready()["address"], second.ready()["address"]}
    assert len(addresses) == 2
    urls = {resolved(machine.settings()).database_url for machine in (first, second)}
    assert len(urls) == 2
    first.end()
    assert status(second.settings()).exit_code == 0


def test_a_port_that_was_set_and_is_taken_stops_the_start(machines: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        machine = machines(new_home(), port=port)
        assert machine.exit_code() == 2
    assert machine.said.splitlines() == [f"PORT {port} on 127.0.0.1 is taken by another program."]
    assert not (machine.home / "postgres").exists()


def test_an_outside_database_that_cannot_be_reached_is_one_sentence(machines: Start) -> None:
    port = free_port()
    url = f"postgresql://user:secret-word@127.0.0.1:{port}/suara"
    machine = machines(environment={"DATABASE_URL": url})
    assert machine.exit_code() == 2
    (sentence,) = machine.said.splitlines()
    assert sentence.startswith(f"DATABASE_URL: the database at 127.0.0.1:{port}/suara cannot be reached")
    assert "secret-word" not in sentence


def test_outside_servers_are_used_and_no_embedded_ones_started(running: Machine, machines: Start) -> None:
    noted = read_noted(running.home / "connection.json")
    outside = {"DATABASE_URL": noted["database_url"], "REDIS_URL": noted["redis_url"]}
    machine = machines(new_home(), environment=outside)
    machine.ready()
    assert {part.name for part in status(machine.settings()).parts} == {"web", "worker", "sweep"}
    assert resolved(machine.settings()).database_url == noted["database_url"]
    assert not (machine.home / "postgres").exists()


@pytest.mark.slow
def test_a_stop_before_the_start_is_complete_leaves_nothing(machines: Start) -> None:
    machine = machines(new_home())
    wait_for(lambda: (machine.home / "postgres.partial").exists() or machine.ended(), 10, machine)
    family = machine.family()
    machine.signal(signal.SIGTERM)
    assert machine.exit_code() == 0
    assert [process for process in family if process.is_running()] == []
    again = machines(machine.home, port=machine.port)
    again.ready()
    assert again.answers()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_during_a_slow_preparation_ends_it_and_the_next_up_works(
    machines: Start, number: signal.Signals
) -> None:
    machine = machines(environment={"FAKE_PREPARE": "slow"})
    wait_for(lambda: "preparing" in machine.said, 20, machine)
    family = machine.family()
    machine.signal(number)
    assert machine.exit_code(5) == 0
    assert [process for process in family if process.is_running()] == []
    assert machine.said.splitlines()[-2:] == ["preparing", "Stopping before the start was complete."]
    again = machines(machine.home, port=machine.port)
    again.ready()
    assert again.answers()


def test_a_terminal_interrupt_reaches_only_the_supervisor_of_a_preparation(machines: Start) -> None:
    machine = machines(environment={"FAKE_PREPARE": "slow"})
    wait_for(lambda: "preparing" in machine.said, 20, machine)
    pid = machine.part("prepare")["pid"]
    assert os.getsid(pid) == pid
    assert down(machine.settings()) == 0
    assert machine.exit_code(5) == 0


def test_a_second_up_and_a_status_during_the_preparation_say_that_it_is_starting(machines: Start) -> None:
    machine = machines(environment={"FAKE_PREPARE": "slow"})
    wait_for(lambda: "preparing" in machine.said, 20, machine)
    second = Machine(machine.home, machine.port).start()
    assert second.exit_code() == 0
    assert machine.process is not None
    assert f"is starting (process {machine.process.pid}); its pages will be at http://127.0.0.1:{machine.port}" in (
        second.said
    )
    assert "Already running" not in second.said
    found = status(machine.settings())
    assert (found.running, found.starting, found.exit_code) == (True, True, 3)


def test_a_preparation_that_fails_is_one_sentence_and_stops_everything(machines: Start) -> None:
    machine = machines(environment={"FAKE_PREPARE": "failing"})
    assert machine.exit_code() == 1
    log = machine.home / "logs" / "prepare.log"
    said = machine.said.splitlines()
    assert said[-1] == f"The database could not be prepared (The cupboard is empty); see {log}."
    assert "more than anyone wants to read" not in machine.said
    assert not machine.record.exists()
    assert status(machine.settings()).running is False
    assert not (machine.home / "connection.json").exists()


def test_a_folder_of_another_user_is_one_sentence(machines: Start) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to make a folder of another user")
    home = new_home()
    home.mkdir()
    os.chown(home, 65534, 65534)
    machine = machines(home)
    assert machine.exit_code() == 2
    (sentence,) = machine.said.splitlines()
    assert "belongs to the user" in sentence


@pytest.mark.slow
def test_a_normal_user_can_run_it_too(machines: Start) -> None:
    if os.geteuid() != 0:
        pytest.skip("all tests of this run already are a normal user's")
    prefix = _as_nobody()
    home = new_home()
    home.mkdir(mode=0o755)
    rooted = home / "rooted"
    rooted.mkdir()
    os.chown(rooted, 65534, 65534)
    machine = Machine(rooted / "home", free_port(), prefix=prefix, environment=_python_path())
    try:
        machine.start()
        machine.ready()
        assert machine.answers()
        owners = {process.uids().real for process in machine.family()}
        assert owners == {65534}
        assert load({"FEEDBACK_HOME": str(machine.home)}).home.stat().st_mode & 0o777 == 0o700
    finally:
        machine.end()
        remove(home)


def _python_path() -> dict[str, str]:
    packages = Path(psycopg.__file__).parent.parent
    return {"PYTHONPATH": str(packages), "HOME": "/nonexistent"}


def _as_nobody() -> tuple[str, ...]:
    """Return the words that run this Python version as `nobody`, or skip where that user cannot reach it."""
    minor = f"python3.{sys.version_info.minor}"
    switch = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
    # setpriv still has root's rights when it execs; the shell between has not, and so meets closed folders.
    shell = ("/bin/sh", "-c", 'exec "$@"', "sh")
    for interpreter in (sys.executable, f"/usr/bin/{minor}", f"/usr/local/bin/{minor}"):
        probe = [*switch, *shell, interpreter, "-c", "import psycopg, granian"]
        try:
            done = subprocess.run(probe, env=_python_path(), capture_output=True, check=False)
        except FileNotFoundError:
            continue
        if done.returncode == 0:
            return (*switch, *shell, interpreter)
    pytest.skip(f"the user nobody can reach no {minor} with the installed packages")
