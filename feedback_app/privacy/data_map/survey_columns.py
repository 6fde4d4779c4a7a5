"""Surveys, sums, messages, and the upkeep of privacy itself: each column with its category, or plain."""

from __future__ import annotations

from typing import Final

from feedback_app.privacy.data_map.categories import PLAIN

# Table: category: columns. `agency_id`, `id` and keys to `users` need no word here (see `columns.py`).
SURVEY: Final[dict[str, dict[str, str]]] = {
    "anomalies": {
        "network": "network_mark",
        "staff_words": "reason",
        PLAIN: "unit_id channel kind starts_at ends_at n expected detected_at state decided_at",
    },
    "breach_notices": {
        "requests": "owed_at by_message",
        PLAIN: "breach_id submission_id",
    },
    "breaches": {
        "staff_words": "how remedies advice ask_whom authority_receipt ending",
        PLAIN: (
            "state found_at due_at categories happened_from happened_until unit_id reached_from reached_until "
            "estimate written_at confirmed_at authority_told_at warned_at ended_at"
        ),
    },
    "daily_measures": {
        PLAIN: "unit_id service_id counter_id day channel element n total total_squares n1 n2 n3 n4",
    },
    "daily_topics": {
        PLAIN: "unit_id service_id day channel kind sentiment aspect n",
    },
    "messages": {
        "messages": "template params language dedupe_key state created_at sent_at delivered_at last_error",
        PLAIN: "contact_id attempts next_try_at",
    },
    "releases": {
        PLAIN: "unit_id year subject as_of released_at n figures",
    },
    "retention_rules": {
        PLAIN: "kind days basis starts_on set_at",
    },
    "retention_runs": {
        PLAIN: "started_at finished_at is_dry counts held cutoffs",
    },
    "skm_action_events": {
        "staff_words": "note",
        PLAIN: "action_id status happened_at",
    },
    "skm_actions": {
        "staff_words": "programme responsible",
        PLAIN: "period_id unit_id element year quarters status carried_from version created_at",
    },
    "skm_batches": {
        PLAIN: (
            "period_id unit_id service_id kind state answer_order file_name file_sha256 options created_at undone_at"
        ),
    },
    "skm_cells": {
        PLAIN: "period_id unit_id service_id instrument_id channel n visits complete total squares",
    },
    "skm_instruments": {
        PLAIN: "name ruleset copied_from created_at sealed_at",
    },
    "skm_periods": {
        PLAIN: (
            "instrument_id code name starts_on ends_on state weight unit_averaging agency_averaging missing "
            "sampling created_at opened_at closed_at"
        ),
    },
    "skm_questions": {
        PLAIN: "instrument_id position key element replacement stem options",
    },
    "skm_responses": {
        "survey": "answered_on hours sex age education occupation answers entry_key channel is_visit",
        PLAIN: "period_id unit_id service_id instrument_id batch_id is_folded is_withdrawn set_aside_id",
    },
    "skm_results": {
        PLAIN: (
            "period_id level unit_id service_id version ruleset weight averaging missing respondents population "
            "index_exact index_value index_low index_high grade elements counts input_sha256 source_note "
            "computed_at published_at"
        ),
    },
    "skm_set_asides": {
        "staff_words": "reason",
        PLAIN: "period_id unit_id day channel responses set_at undone_at",
    },
    "skm_tallies": {
        PLAIN: "cell_id question_id answer n complete",
    },
    "skm_targets": {
        PLAIN: "period_id unit_id service_id instrument_id population population_source",
    },
    "skm_traits": {
        PLAIN: "cell_id trait value n",
    },
    "skm_visit_uses": {
        "visits": "token_hash",
    },
}
