"""The command `feedback`: what an operator does from a terminal.

Exit codes: 0 done, 1 done and something is wrong (differences found, nothing imported), 2 the call or a setting is
wrong, 3 not everything runs (`status`), 130 interrupted.
"""

from __future__ import annotations

import importlib
import logging
import sys
from typing import ClassVar, Final, NamedTuple

import click

from feedback_app import __version__, log_scrubbing
from feedback_app.errors import ConfigurationError, DomainError


class Listed(NamedTuple):
    """Where a command is, and what the list of all says of it."""

    at: str
    says: str


# Loaded when called: `feedback --help` should not wait for a web framework, nor for numpy.
COMMANDS: Final[dict[str, Listed]] = {
    "up": Listed("feedback_app.cli.service:up_command", "Run everything on this machine."),
    "down": Listed("feedback_app.cli.service:down_command", "Stop the `feedback up` of this folder, cleanly."),
    "status": Listed("feedback_app.cli.service:status_command", "Show what runs and what waits."),
    "db": Listed("feedback_app.cli.database:db_group", "Create, change and check the tables."),
    "setup": Listed(
        "feedback_app.cli.organisation:setup_group", "Set up an agency, its units, services, people and accounts."
    ),
    "accounts": Listed("feedback_app.cli.accounts:accounts_group", "Who can sign in."),
    "grants": Listed("feedback_app.cli.grants:grants_group", "Who may do what where."),
    "operators": Listed("feedback_app.cli.operators:operators_group", "Who runs the installation."),
    "people": Listed(
        "feedback_app.cli.people_group:people_group", "Look after civil servants, their posts and rosters."
    ),
    "sso": Listed("feedback_app.cli.sso:sso_group", "Identity providers of the agency."),
    "tokens": Listed(
        "feedback_app.cli.tokens:tokens_group", "Visit tokens: proof that a rating comes from a real visit."
    ),
    "import": Listed("feedback_app.cli.import_:import_group", "Take in data that was collected elsewhere."),
    "classify": Listed("feedback_app.cli.reading:classify_command", "Read texts, or all submissions that wait."),
    "nlp": Listed("feedback_app.cli.models:nlp_group", "The classifier."),
    "audit": Listed("feedback_app.cli.audit:audit_group", "Seals over the audit trail."),
    "attachments": Listed(
        "feedback_app.cli.attachments:attachments_group", "Photos and documents of citizens, and officers' proof."
    ),
    "doctor": Listed("feedback_app.cli.doctor:doctor_command", "Say what is wrong here, and what to do."),
    "keys": Listed("feedback_app.cli.keys_group:keys_group", "The keys outside the database, and their change."),
    "vault": Listed("feedback_app.cli.vault:vault_group", "The earlier name of `feedback keys`."),
    "backup": Listed("feedback_app.cli.backup:backup_group", "Make encrypted copies, and try them."),
    "restore": Listed("feedback_app.cli.restore:restore_command", "Bring an encrypted copy back."),
    "messages": Listed("feedback_app.cli.messages:messages_group", "Messages to citizens and staff."),
    "privacy": Listed("feedback_app.cli.privacy:privacy_group", "Personal data: map, retention, copies."),
    "measures": Listed(
        "feedback_app.cli.measures:measures_group", "The daily figures that pages and scores are made of."
    ),
    "evaluation": Listed(
        "feedback_app.cli.evaluation:evaluation_group", "Evaluation cycles: open, compute, list, verify."
    ),
    "board": Listed("feedback_app.cli.board:board_command", "The leaders' board of an agency."),
    "calendar": Listed("feedback_app.cli.calendar:calendar_group", "Holidays, hours and deadlines of an agency."),
    "skm": Listed("feedback_app.cli.skm:skm_group", "The satisfaction survey (SKM): index, sample, report."),
    "cases": Listed("feedback_app.cli.cases:cases_group", "Cases: deadlines and figures."),
    "demo": Listed("feedback_app.cli.demo:demo_group", "Invented cities to try everything with."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called or described."""

    commands_at: ClassVar[dict[str, str]]

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


class AllCommands(LazyGroup):
    """Every command there is, listed without importing any."""

    commands_at: ClassVar[dict[str, str]] = {name: listed.at for name, listed in COMMANDS.items()}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list under the heading that click gives it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, listed.says) for name, listed in COMMANDS.items()])


@click.group(cls=AllCommands, context_settings={"help_option_names": ["-h", "--help"]})
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
