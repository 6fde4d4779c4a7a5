from __future__ import annotations

import ipaddress
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from feedback_app.config import Settings, load
from feedback_app.errors import ConfigurationError
from feedback_app.supervisor import account, home, lock, places, ports, start_servers, usual_commands
from feedback_app.supervisor.lock import HomeLock
from tests.supervisor.conftest import free_port, remove

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"FEEDBACK_HOME": str(tmp_path / "home")})


def test_a_folder_everybody_may_write_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(ConfigurationError, match="may be written by everybody"):
        home.open_home(folder)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match=r"FEEDBACK_HOME .* (cannot be used|is not a folder)"):
        home.open_home(tmp_path / "file")


def test_a_link_planted_where_a_private_folder_should_be_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o755)
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match="cannot be used"):
        home.private_folder(tmp_path / "run", account.own())
    assert stat.S_IMODE((tmp_path / "elsewhere").stat().st_mode) == 0o755


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a folder of another user")
def test_a_short_folder_made_by_a_stranger_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "SHORT_FOLDER", tmp_path)
    monkeypatch.setattr(places, "LONGEST_SOCKET_PATH", 10)
    expected = tmp_path / f"suara-0-{places._short_name(tmp_path / 'home')}"
    expected.mkdir(mode=0o777)
    os.chown(expected, 12345, 12345)
    with pytest.raises(ConfigurationError, match="belongs to the user 12345"):
        start_servers(load({"FEEDBACK_HOME": str(tmp_path / "home")}))
    assert expected.stat().st_uid == 12345


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        pytest.param("rumah", True, id="plain"),
        pytest.param("rumah kita", False, id="a space breaks Redis' list of clients"),
        pytest.param("a,b", False, id="a comma parts two hosts in a connection string"),
        pytest.param("x" * 120, False, id="too long"),
        pytest.param("a=b", False, id="an equals sign as well"),
        pytest.param("a\nb", False, id="line break"),
    ],
)
def test_which_folders_can_hold_a_socket(name: str, fits: bool) -> None:
    assert places._fits(Path("/") / name) is fits


def test_one_process_at_a_time_holds_a_folder(tmp_path: Path) -> None:
    first, second = HomeLock(tmp_path), HomeLock(tmp_path)
    assert lock.holder(tmp_path) is None
    assert first.take("up")
    first.note("up", "http://127.0.0.1:8000")
    assert not second.take("up")
    assert lock.holder(tmp_path) == lock.Holder(os.getpid(), "up", "http://127.0.0.1:8000")
    first.release()
    assert lock.holder(tmp_path) is None
    assert second.take("servers")
    second.release()


def test_the_holder_notes_that_others_still_use_its_servers(tmp_path: Path) -> None:
    assert not lock.is_shared(tmp_path)
    leave = lock.share(tmp_path)
    assert lock.is_shared(tmp_path)
    leave()
    assert not lock.is_shared(tmp_path)


def test_a_reserved_port_is_refused_to_others_and_open_to_the_web_server(settings: Settings) -> None:
    wanted = load({"FEEDBACK_HOME": str(settings.home), "PORT": str(free_port())})
    with ports.reserved(wanted) as port:
        assert port == wanted.port
        with pytest.raises(ConfigurationError, match="taken by another program"), ports.reserved(wanted):
            pass
        with socket.socket() as web:
            web.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            web.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            web.bind(("127.0.0.1", port))
            web.listen()
            with socket.create_connection(("127.0.0.1", port)) as caller:
                accepted, _ = web.accept()
                accepted.close()
                assert caller.recv(1) == b""


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "0.0.0.0"])
def test_the_web_server_is_given_an_address_and_no_name(host: str) -> None:
    given = load({"HOST": host})
    words = usual_commands(given, 8000)["web"]
    address = words[words.index("--host") + 1]
    assert ipaddress.ip_address(address)
    assert (host == address) is (host != "localhost")


def test_a_host_that_is_not_of_this_machine_is_one_sentence(settings: Settings) -> None:
    wrong = load({"FEEDBACK_HOME": str(settings.home), "HOST": "192.0.2.1", "PORT": str(free_port())})
    sentence = r"HOST 192\.0\.2\.1 is not an address of this machine"
    with pytest.raises(ConfigurationError, match=sentence), ports.reserved(wrong):
        pass


def test_an_outside_redis_that_cannot_be_reached_is_one_sentence(settings: Settings) -> None:
    port = free_port()
    given = load({"FEEDBACK_HOME": str(settings.home), "REDIS_URL": f"redis://:secret-word@127.0.0.1:{port}/3"})
    with pytest.raises(ConfigurationError) as failure:
        start_servers(given)
    sentence = str(failure.value)
    assert sentence.startswith(f"REDIS_URL: the Redis at 127.0.0.1:{port}/3 cannot be reached")
    assert "secret-word" not in sentence
    assert "\n" not in sentence


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as somebody else")
@pytest.mark.parametrize(
    ("lost", "data_lie_inside", "said"),
    [
        pytest.param(None, True, "keep the right to pass closed folders", id="with the right to pass closed folders"),
        pytest.param("-dac_read_search", False, "because the user", id="without it, as in a usual container"),
    ],
)
def test_root_in_a_folder_closed_to_the_servers_user(
    tmp_path: Path, lost: str | None, data_lie_inside: bool, said: str
) -> None:
    if lost is None and not _may_pass_closed_folders():
        pytest.skip("this root has not the right to pass closed folders")
    tmp_path.chmod(0o700)
    home_folder = tmp_path / "home"
    text = (
        "import psycopg; from feedback_app import config, supervisor\n"
        "with supervisor.servers(config.load(), fsync=False) as reached:\n"
        "    print(psycopg.connect(reached.database_url).execute('SELECT 41 + 1').fetchone()[0])"
    )
    fewer = ("setpriv", "--bounding-set", lost, "--inh-caps", lost) if lost else ()
    environment = {**os.environ, "FEEDBACK_HOME": str(home_folder)}
    done = subprocess.run(
        [*fewer, sys.executable, "-c", text], env=environment, capture_output=True, text=True, check=False
    )
    remove(home_folder)
    assert done.stdout == "42\n", done.stderr
    assert said in done.stderr
    assert (f"in {home_folder}/postgres" in done.stderr) is data_lie_inside


def _may_pass_closed_folders() -> bool:
    lines = Path("/proc/self/status").read_text().splitlines()
    (effective,) = (int(line.split()[1], 16) for line in lines if line.startswith("CapEff"))
    return bool(effective >> 2 & 1)
