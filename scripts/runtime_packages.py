"""Print the part of a lock file that an installation gets: what the project needs, and what that needs in turn."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = "suara-layanan"


def needed(project: str) -> set[str]:
    """Return the canonical names of all packages that a project needs here, without those of its extras."""
    found: set[str] = set()
    waiting = [(project, frozenset[str]())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            continue
        for requirement in map(Requirement, lines):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                found.add(canonicalize_name(requirement.name))
                waiting.append((requirement.name, frozenset(requirement.extras)))
    return found


def part(lock: str, names: set[str]) -> str:
    """Return the entries of a lock file, each with its hashes, that name one of the packages."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", "\n" + lock)
    wanted = [entry for entry in entries if (head := re.match(r"[\w.-]+", entry.lstrip())) and
              canonicalize_name(head[0]) in names]  # fmt: skip
    return "\n".join(re.sub(r"\n\s*#.*", "", entry) for entry in wanted) + "\n"


if __name__ == "__main__":
    print(part(Path(sys.argv[1]).read_text(encoding="utf-8"), needed(PROJECT)), end="")
