"""What citizens sent, and what became of it: each column with its category, or plain."""

from __future__ import annotations

from typing import Final

from feedback_app.privacy.data_map.categories import PLAIN

# Table: category: columns. `agency_id`, `id` and keys to `users` need no word here (see `columns.py`).
CITIZENS: Final[dict[str, dict[str, str]]] = {
    "attachments": {
        "files": "kind media_type size_bytes width height sha256 storage_key added_at",
        PLAIN: "submission_id",
    },
    "bulk_acts": {
        PLAIN: "kind at undone_at",
    },
    "bulk_items": {
        "handling": "before",
        PLAIN: "act_id case_id version_after undone",
    },
    "case_events": {
        "handling": "at actor_kind from_status to_status outcome kind detail",
        "words": "reason",
        PLAIN: "case_id",
    },
    "case_followers": {
        "words": "text",
        "masked_words": "redacted_text",
        "tracking": "tracking_hash",
        "handling": "joined_at",
        PLAIN: "case_id",
    },
    "case_notes": {
        "staff_words": "text",
        PLAIN: "case_id at",
    },
    "case_pauses": {
        PLAIN: "case_id starts_at ends_at",
    },
    "case_words": {
        "masked_words": "document",
        PLAIN: "case_id",
    },
    "cases": {
        "handling": (
            "classification is_confidential status outcome opened_at reply_due_at resolve_due_at first_replied_at "
            "silence_ends_at closed_at reopened_count archive_reason clocks_start_at verify_due_at verified_at "
            "reply_met_at extended_at inspected_since held_until"
        ),
        PLAIN: "submission_id unit_id version clock due_at escalation_step escalate_at duplicate_of",
    },
    "citizen_messages": {
        "words": "text",
        "masked_words": "redacted_text",
        "handling": "sent_at",
        PLAIN: "case_id",
    },
    "contacts": {
        "contacts": "kind sealed fingerprint language added_at unsubscribed_at",
        PLAIN: "submission_id follower_id",
    },
    "counter_keys": {
        PLAIN: "unit_id counter_id name key_hash tokens_a_day created_at last_used_at revoked_at",
    },
    "deadline_changes": {
        PLAIN: "case_id at clock old_due_at new_due_at cause actor_kind",
    },
    "deadline_rounds": {
        PLAIN: "cause asked_at cases seen moved after_case_id done_at checked_at",
    },
    "dispute_reviews": {
        "staff_words": "words",
        PLAIN: "case_id opened_at verdict decided_at lapsed_at",
    },
    "drift_alarms": {
        PLAIN: "head measure expected seen statistic since closed_at",
    },
    "escalations": {
        PLAIN: "case_id clock due_at step at told",
    },
    "import_rows": {
        "words": "text external_id",
        "opinions": "kind rating wants_reply occurred_on received_at",
        PLAIN: "import_id row_number unit_id service_id",
    },
    "imports": {
        PLAIN: (
            "source file_name file_sha256 options options_sha256 state rows_read rows_rejected rows_duplicate "
            "rows_published started_at finished_at"
        ),
    },
    "improvements": {
        "published_words": "text",
        PLAIN: "unit_id case_id stage noted_at made_at withdrawn_at",
    },
    "label_corrections": {
        "readings": "head machine_said machine_confidence person_says",
        PLAIN: "submission_id model_version corrected_at",
    },
    "label_reviews": {
        "readings": "machine kind sentiment aspect aspect2 urgency abusive",
        PLAIN: "submission_id reason chance model_version drawn_at state judged_at",
    },
    "labels": {
        "masked_words": "redacted_text why rare_grams",
        "readings": (
            "pii_kinds kind kind_confidence sentiment sentiment_confidence aspect aspect_confidence urgency "
            "urgency_confidence urgency_source integrity language language_confidence aspect2 abusive guesses"
        ),
        PLAIN: "submission_id model_version labelled_at",
    },
    "model_rounds": {
        PLAIN: (
            "started_at finished_at corpus_rows corrected_rows reviewed_rows held_out_rows data_hash champion "
            "challenger figures measured_until decision reasons"
        ),
    },
    "model_uses": {
        "staff_words": "note",
        PLAIN: "version since why round_id",
    },
    "model_versions": {
        PLAIN: "version manifest body made_at origin trained_until",
    },
    "proofs": {
        "files": "kind media_type size_bytes width height sha256 storage_key added_at",
        "staff_words": "caption",
        PLAIN: "case_id",
    },
    "publications": {
        "published_words": "text reply",
        PLAIN: "case_id unit_id published_at withdrawn_at",
    },
    "reader_days": {
        PLAIN: "on_date looked_at drawn",
    },
    "referrals": {
        "staff_words": "reason",
        PLAIN: "case_id to_agency_id to_submission_id outside_name referred_at",
    },
    "replies": {
        "staff_words": "text",
        PLAIN: "case_id sent_at kind bulk_id",
    },
    "reply_templates": {
        "staff_words": "name text",
        PLAIN: "unit_id written_at removed_at",
    },
    "request_words": {
        "request_words": "wrong said redacted_wrong redacted_said",
        PLAIN: "request_id",
    },
    "restrictions": {
        "requests": "starts_at ends_at",
        PLAIN: "submission_id",
    },
    "sla_rules": {
        PLAIN: (
            "classification effective_from verify_working_days reply_working_days resolve_working_days "
            "close_after_silence_working_days source unit_id complete_days extension_working_days "
            "objection_working_days"
        ),
    },
    "staff_rounds": {
        PLAIN: "kind on_date made_at told",
    },
    "subject_requests": {
        "requests": "kind requested_at due_at outcome settled_at",
        "staff_words": "reason",
        PLAIN: "submission_id warned_at",
    },
    "submissions": {
        "words": "text source external_id",
        "opinions": "kind rating reasons wants_reply is_anonymous is_confidential unit_is_unknown",
        "tracking": "tracking_hash",
        "visits": "visit_token_hash",
        "network": "network_mark signals",
        "handling": "occurred_on received_at erased_at",
        PLAIN: "unit_id service_id channel import_id analysis analysis_error counter_id",
    },
    "visit_counts": {
        PLAIN: "unit_id service_id day transactions recorded_at counter_key_id",
    },
    "visit_tokens": {
        "visits": "token_hash visited_on issued_at expires_at",
        PLAIN: "unit_id service_id counter_key_id counter_id",
    },
    "wall_codes": {
        PLAIN: "code unit_id service_id hangs_at created_at revoked_at",
    },
}
