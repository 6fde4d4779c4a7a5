"""The options of a post, the same wherever one is given from a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import click

DAY: Final = click.DateTime(["%Y-%m-%d"])
_OPTIONS: Final = (
    click.option("--head", is_flag=True, help="The person leads the unit (every Plt and Plh does)."),
    click.option("--service", help="Code of the one service the post is about; the whole unit if unset."),
    click.option("--share", type=click.FloatRange(0, 1), default=1.0, show_default=True, help="Part of the work."),
    click.option("--decree", required=True, help="Number of the SK or surat perintah."),
    click.option("--from", "starts", type=DAY, required=True, help="First day."),
    click.option("--to", "ends", type=DAY, help="Last day; still held if unset."),
)


def post_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options, in this order."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
