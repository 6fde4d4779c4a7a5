"""Accounts, civil servants, what counts for them, the trail: each column with its category, or plain."""

from __future__ import annotations

from typing import Final

from feedback_app.privacy.data_map.categories import PLAIN

# Table: category: columns. `agency_id`, `id` and keys to `users` need no word here (see `columns.py`).
STAFF: Final[dict[str, dict[str, str]]] = {
    "account_factors": {
        "sign_ins": "totp_sealed totp_since totp_last_step webauthn_handle used_at misses missed_at",
    },
    "account_links": {
        "posts": "employee_id linked_at unlinked_at",
    },
    "agencies": {
        PLAIN: "code name region_code time_zone workdays opens closes created_at reception_unit_id texts_may_teach",
    },
    "assignments": {
        "posts": "employee_id position is_head kind share decree_number starts_on ends_on superseded_reason",
        PLAIN: "unit_id service_id recorded_at superseded_at replaces_id import_id",
    },
    "attribution_rules": {
        "staff_words": "reason",
        PLAIN: "unit_id starts_on level declared_at",
    },
    "audit_events": {
        "audit": "at actor_kind actor_id action subject_type subject_id detail",
    },
    "audit_leaves": {
        PLAIN: "event_id seal_number position hash",
    },
    "audit_seals": {
        PLAIN: "number kind previous root size sealed_at refers_to public_key signature former_key former_signature",
    },
    "audit_sections": {
        PLAIN: "seal_number place places size first_at last_at root salt path",
    },
    "board_lots": {
        PLAIN: "unit_id first_on last_on n n_low total total_squares read_until marked_at",
    },
    "board_visits": {
        PLAIN: "day unit_id block issued used",
    },
    "break_glass": {
        "roles": "reason minutes asked_at outcome decided_at refusal inspected_at began_at ends_at ended_at",
        PLAIN: "case_id",
    },
    "case_records": {
        "evaluation": (
            "employee_id duty n_cases n_replied n_on_time n_open n_declared n_confirmed n_partly n_disputed "
            "n_silent n_upheld n_praise median_wait_hours"
        ),
        PLAIN: "cycle_id unit_id",
    },
    "claim_grants": {
        PLAIN: "grant_id rule_id given_at",
    },
    "claim_rules": {
        PLAIN: "issuer claim value role unit_id days makes_account ends_on created_at ended_at",
    },
    "contest_files": {
        "contests": "storage_key name media_type size_bytes sha256 added_at",
        PLAIN: "contest_id",
    },
    "contests": {
        "contests": (
            "employee_id kind month reason words state filed_at due_on outcome decided_at correction corrected_at"
        ),
        "staff_words": "explanation",
        PLAIN: "cycle_id submission_id assignment_id unit_id assigned_at",
    },
    "contributions": {
        "evaluation": "employee_id share reason n total total_squares baseline",
        PLAIN: "cycle_id level assignment_id unit_id service_id counter_id day days channel exclusion",
    },
    "counters": {
        PLAIN: "unit_id service_id code name is_active created_at",
    },
    "cycle_moves": {
        "staff_words": "note",
        PLAIN: "cycle_id from_status to_status at",
    },
    "cycle_signatures": {
        "evaluation": "signed_at",
        PLAIN: "cycle_id input_hash output_hash",
    },
    "cycles": {
        PLAIN: (
            "name version replaces_id version_reason kind starts_on ends_on status method_version delta_in_tau "
            "reference_id inputs_until computed_at input_hash output_hash tau2 sigma2 delta overall_baseline "
            "parameters totals reply_from reply_until signed_at frozen_at opened_at"
        ),
    },
    "duty_entries": {
        "posts": "employee_id on_date",
        PLAIN: "unit_id counter_id recorded_at superseded_at import_id",
    },
    "employees": {
        "employees": "nip name rank left_on",
        PLAIN: "created_at",
    },
    "factor_challenges": {
        "sign_ins": "token_hash purpose challenge totp_sealed first_means misses begun_at expires_at",
    },
    "grant_requests": {
        "roles": "role starts_on ends_on reason source asked_at decided_at outcome refusal",
        PLAIN: "unit_id grant_id",
    },
    "holidays": {
        PLAIN: "on_date name source is_struck",
    },
    "invitations": {
        "accounts": "invited_at sent_at expires_at accepted_at withdrawn_at",
        PLAIN: "sendings",
    },
    "objections": {
        "contests": "employee_id words filed_at last_day_on outcome decided_at",
        "staff_words": "explanation decision",
        PLAIN: "cycle_id explained_at new_cycle_id",
    },
    "people_changes": {
        "posts": "employee_id concerned_employees concerned_users kind payload touches_from touches_to",
        "staff_words": "reason decision_note",
        PLAIN: "assignment_id import_id state requested_at decided_at",
    },
    "people_import_rows": {
        "people_lists": "cells before after problem employee_id",
        PLAIN: "import_id row_number change touches_past assignment_id",
    },
    "people_imports": {
        "people_lists": "file_name",
        PLAIN: "source file_sha256 mapping state is_whole_list counts uploaded_at applied_at undone_at",
    },
    "people_mappings": {
        PLAIN: "name mapping saved_at",
    },
    "platform_events": {
        "audit": "at actor_kind actor_id action subject_type subject_id detail",
    },
    "platform_leaves": {
        PLAIN: "event_id seal_number position hash",
    },
    "platform_operators": {
        "roles": "starts_on ends_on reason given_at ended_at end_reason",
    },
    "platform_sections": {
        PLAIN: "seal_number place places size first_at last_at root salt path",
    },
    "rating_exclusions": {
        "evaluation": "employee_id reason",
        PLAIN: "cycle_id submission_id contest_id decided_at",
    },
    "recovery_codes": {
        "sign_ins": "salt code_hash made_at used_at",
    },
    "recovery_requests": {
        "sign_ins": "asked_at settled_at mailed_at",
    },
    "role_grants": {
        "roles": "role starts_on ends_on created_at reason source ended_at end_reason",
        PLAIN: "unit_id",
    },
    "saved_views": {
        "staff_words": "name asked",
        PLAIN: "saved_at",
    },
    "scores": {
        "evaluation": (
            "employee_id n n_effective own_share n_counter n_beside n_excluded mean_residual score standard_error "
            "low high reliability band n_set_aside shadow_score shadow_low shadow_high shadow_band "
            "is_shadow_notable is_withheld n_changed"
        ),
        PLAIN: "cycle_id",
    },
    "services": {
        PLAIN: "unit_id code name sector is_active",
    },
    "sign_ins": {
        "sign_ins": (
            "token_hash began_at last_seen_at expires_at means second_means browser network_mark provider "
            "ended_at end_reason"
        ),
        PLAIN: "idle_minutes",
    },
    "sso_links": {
        "sign_ins": "issuer subject basis asked_at confirmed_at last_used_at ended_at",
    },
    "staff_settings": {
        "accounts": "wants_reminder wants_digest language",
    },
    "statements": {
        "contests": "employee_id words said_at",
        PLAIN: "cycle_id",
    },
    "sync_keys": {
        PLAIN: "name key_hash created_at last_used_at revoked_at",
    },
    "unit_scores": {
        PLAIN: (
            "cycle_id unit_id n n_beside n_nobody mean score standard_error low high reliability band "
            "transactions tokens tokens_used is_withheld n_changed"
        ),
    },
    "unit_versions": {
        PLAIN: "unit_id parent_id name kind address starts_on ends_on",
    },
    "units": {
        PLAIN: "code created_at",
    },
    "users": {
        "accounts": "email name password active fs_uniquifier created_at password_set_at",
    },
    "web_authn_credentials": {
        "sign_ins": "credential_id public_key sign_count transports name added_at used_at",
    },
    "working_hours": {
        PLAIN: "unit_id starts_on workdays opens closes",
    },
}
