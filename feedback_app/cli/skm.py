"""`feedback skm`: the satisfaction survey from a terminal."""

from __future__ import annotations

from typing import ClassVar, Final

import click

from feedback_app.cli import LazyGroup

# Loaded when asked for: `compute` needs neither the web framework nor a database, and should not wait for them.
COMMANDS: Final[dict[str, str]] = {
    "compute": "feedback_app.cli.skm_compute:compute_command",
    "sample": "feedback_app.cli.skm_sample:sample_command",
    "import": "feedback_app.cli.skm_import:import_command",
    "results": "feedback_app.cli.skm_results:results_command",
    "report": "feedback_app.cli.skm_report:report_command",
    "recount": "feedback_app.cli.skm_results:recount_command",
    "verify": "feedback_app.cli.skm_results:verify_command",
    "periods": "feedback_app.cli.skm_periods:periods_group",
    "history": "feedback_app.cli.skm_history:history_group",
}


class SurveyCommands(LazyGroup):
    """The commands of the survey, each in a module of its own."""

    commands_at: ClassVar[dict[str, str]] = COMMANDS


@click.group("skm", cls=SurveyCommands)
def skm_group() -> None:
    """The satisfaction survey (SKM): index, sample, report."""
