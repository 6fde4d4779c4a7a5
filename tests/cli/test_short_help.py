"""The lists of commands in a terminal of eighty columns."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from feedback_app.cli import main


def _groups(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _groups(command, (*path, name))


@pytest.mark.parametrize("path", list(_groups(main)), ids=lambda path: " ".join(path) or "feedback")
def test_no_line_about_a_command_is_cut(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*path, "--help"], terminal_width=80)
    assert shown.exit_code == 0
    assert [line for line in shown.output.splitlines() if line.endswith("...") and "[ARGS]" not in line] == []
