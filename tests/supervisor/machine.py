"""Run `up` as a process of its own, with a small web application and two idle parts; for the tests beside it.

    python machine.py RECORD

RECORD receives what the hooks were given. Settings come from the environment.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from feedback_app import config  # noqa: E402
from feedback_app.config import Settings  # noqa: E402
from feedback_app.errors import ConfigurationError  # noqa: E402
from feedback_app.supervisor import Running, up, usual_commands  # noqa: E402

# What the preparation does instead of migrations, by the variable FAKE_PREPARE.
PREPARE = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).write_text(os.environ["DATABASE_URL"])
print("preparing", flush=True)
if os.environ.get("FAKE_PREPARE") == "slow":
    time.sleep(600)
if os.environ.get("FAKE_PREPARE") == "failing":
    print("more than anyone wants to read", file=sys.stderr)
    sys.exit("The cupboard is empty.")
"""
IDLE = "import signal, time; signal.signal(signal.SIGTERM, lambda *_: exit(0)); time.sleep(600)"


def main(record: Path) -> int:
    os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
    begun = time.monotonic()

    def commands(settings: Settings, port: int) -> dict[str, tuple[str, ...]]:
        web = usual_commands(settings, port, app="fake_wsgi:app")["web"]
        idle = (sys.executable, "-c", IDLE)
        return {"web": web, "worker": idle, "sweep": idle}

    prepare = (sys.executable, "-c", PREPARE, str(record.with_suffix(".prepared")))

    def ready(running: Running) -> None:
        seen = {"address": running.address, "pid": running.pid, "seconds": time.monotonic() - begun}
        partial = record.with_suffix(".partial")
        partial.write_text(json.dumps(seen), encoding="utf-8")
        partial.replace(record)

    try:
        return up(config.load(), prepare=prepare, on_ready=ready, commands=commands)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
