"""The command `feedback`: what an operator does from a terminal.

Exit codes: 0 done, 1 done and something is wrong (differences found, nothing imported), 2 the call or a setting is
wrong, 3 not everything runs (`status`), 130 interrupted.
"""

from __future__ import annotations

import importlib
import logging
import sys
from typing import ClassVar, Final

import click

from feedback_app import __version__, log_scrubbing
from feedback_app.errors import ConfigurationError, DomainError

# Loaded when asked for: `feedback --help` should not wait for a web framework, nor for numpy.
COMMANDS: Final[dict[str, str]] = {
    "up": "feedback_app.cli.service:up_command",
    "down": "feedback_app.cli.service:down_command",
    "status": "feedback_app.cli.service:status_command",
    "db": "feedback_app.cli.database:db_group",
    "setup": "feedback_app.cli.organisation:setup_group",
    "accounts": "feedback_app.cli.accounts:accounts_group",
    "grants": "feedback_app.cli.grants:grants_group",
    "operators": "feedback_app.cli.operators:operators_group",
    "people": "feedback_app.cli.people_group:people_group",
    "sso": "feedback_app.cli.sso:sso_group",
    "tokens": "feedback_app.cli.tokens:tokens_group",
    "import": "feedback_app.cli.import_:import_group",
    "classify": "feedback_app.cli.reading:classify_command",
    "nlp": "feedback_app.cli.models:nlp_group",
    "audit": "feedback_app.cli.audit:audit_group",
    "attachments": "feedback_app.cli.attachments:attachments_group",
    "doctor": "feedback_app.cli.doctor:doctor_command",
    "keys": "feedback_app.cli.keys_group:keys_group",
    "vault": "feedback_app.cli.vault:vault_group",
    "backup": "feedback_app.cli.backup:backup_group",
    "restore": "feedback_app.cli.restore:restore_command",
    "messages": "feedback_app.cli.messages:messages_group",
    "privacy": "feedback_app.cli.privacy:privacy_group",
    "measures": "feedback_app.cli.measures:measures_group",
    "evaluation": "feedback_app.cli.evaluation:evaluation_group",
    "board": "feedback_app.cli.board:board_command",
    "calendar": "feedback_app.cli.calendar:calendar_group",
    "skm": "feedback_app.cli.skm:skm_group",
    "cases": "feedback_app.cli.cases:cases_group",
    "demo": "feedback_app.cli.demo:demo_group",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called or described."""

    commands_at: ClassVar[dict[str, str]] = COMMANDS

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order an operator meets them."""
        return list(self.commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return one command, or None where there is none of that name."""
        if cmd_name not in self.commands_at:
            return None
        module, _, name = self.commands_at[cmd_name].partition(":")
        found: click.Command = getattr(importlib.import_module(module), name)
        return found


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="feedback")
def main() -> None:
    """Run and look after Suara Layanan.

    \b
    Start here:
      feedback up          run everything on this machine
      feedback status      what runs, and what waits
      feedback demo load   fill an empty database with four cities
    """


def run() -> None:
    """Run the command line; every expected error is one clear sentence and an exit code."""
    log_scrubbing.install()
    logging.basicConfig(level="WARNING", format="%(levelname)s %(name)s: %(message)s")
    try:
        main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.exceptions.Abort:
        click.echo("Interrupted.", err=True)
        sys.exit(130)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except ConfigurationError as wrong:
        click.echo(f"feedback: {wrong}", err=True)
        sys.exit(2)
    except DomainError as wrong:
        click.echo(f"feedback: {wrong.message}", err=True)
        sys.exit(1)
