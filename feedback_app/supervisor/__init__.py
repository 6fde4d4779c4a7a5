"""`feedback up`: run and watch everything one machine needs, without a container and without root."""

from feedback_app.supervisor.children import usual_commands
from feedback_app.supervisor.control import Status, down, status
from feedback_app.supervisor.run import Running, up
from feedback_app.supervisor.servers import servers, start_servers, stop_servers
from feedback_app.supervisor.state import PartStatus

__all__ = [
    "PartStatus",
    "Running",
    "Status",
    "down",
    "servers",
    "start_servers",
    "status",
    "stop_servers",
    "up",
    "usual_commands",
]
