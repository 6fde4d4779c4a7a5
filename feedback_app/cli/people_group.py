"""`feedback people`: civil servants and their posts, rosters, gaps, and changes that wait for a second person."""

from __future__ import annotations

from typing import ClassVar, Final

import click

from feedback_app.cli import LazyGroup

COMMANDS: Final[dict[str, str]] = {
    "list": "feedback_app.cli.people_listing:list_command",
    "assign": "feedback_app.cli.people_posts:assign_command",
    "end": "feedback_app.cli.people_posts:end_command",
    "correct": "feedback_app.cli.people_posts:correct_command",
    "cancel": "feedback_app.cli.people_posts:cancel_command",
    "gaps": "feedback_app.cli.people_gaps:gaps_command",
    "roster": "feedback_app.cli.people_roster:roster_command",
    "changes": "feedback_app.cli.people_changes:changes_command",
    "approve": "feedback_app.cli.people_changes:approve_command",
    "refuse": "feedback_app.cli.people_changes:refuse_command",
    "import": "feedback_app.cli.people_import:import_command",
    "undo": "feedback_app.cli.people_import:undo_command",
    "sync-key": "feedback_app.cli.people_sync_keys:sync_key_group",
}


class PeopleCommands(LazyGroup):
    """The commands about people, each imported when it is called."""

    commands_at: ClassVar[dict[str, str]] = COMMANDS


@click.group("people", cls=PeopleCommands)
def people_group() -> None:
    """Look after civil servants, their posts and rosters.

    \b
    Days gone by change only when a second account agrees: ask with --by, then
    `feedback people approve --by`.
    """
