"""`feedback up`: run and watch everything one machine needs, without a container and without root.

What people call:

- `run`: `up`, from the lock to the last process
- `control`: `down` and `status`, from another terminal
- `servers`: PostgreSQL and Redis alone, for single commands and tests

What is started:

- `embedded`: both servers, started and stopped together
- `postgres`, `redis`: how to run each server and whether it answers
- `cluster`: PostgreSQL's data folder, role and database
- `outside`: servers somebody else runs, tried once
- `preparation`: the command that brings tables and data up to date before the pages open
- `children`: web server, worker and sweep
- `watch`: look at every part, start again what ended

Where and as whom:

- `home`: the folder of one installation, its secrets and its notes
- `places`: where data and sockets lie
- `binaries`: the programs of both servers on this machine
- `account`: the user the servers run as
- `ports`: the port of the pages, held while `up` lives

Processes:

- `process`: start, recognise and stop one process and all it started
- `child`: the step between fork and program: tie to the parent, give up rights
- `orphans`: take over and bury processes whose parent died
- `leftovers`: end what a killed `up` left running
- `interruption`: stop signals, counted
- `lock`: one `up` for each folder
- `state`: what runs, noted for `status` and for the next start
- `logs`: a log of bounded size for each part
- `console`: one line to the person at the terminal
"""

from feedback_app.supervisor.children import address, usual_commands
from feedback_app.supervisor.control import Status, down, status
from feedback_app.supervisor.run import Running, up
from feedback_app.supervisor.servers import servers, start_servers, stop_servers
from feedback_app.supervisor.state import PartStatus

__all__ = [
    "PartStatus",
    "Running",
    "Status",
    "address",
    "down",
    "servers",
    "start_servers",
    "status",
    "stop_servers",
    "up",
    "usual_commands",
]
