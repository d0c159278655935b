"""Which modules are mutated, and which tests each mutant has to face: those that mirror it."""

from __future__ import annotations

APP = "django_outfitanyone"

MIRRORS: dict[str, tuple[str, ...]] = {
    # money
    "account/rate_limits": ("account/test_rate_limits",),
    "account/budgets": ("account/test_budgets",),
    "account/ledger": ("account/test_ledger",),
    "account/money": ("account/test_money",),
    # fences
    "worker/submit": ("worker/test_submit",),
    "worker/reconcile": ("worker/test_reconcile",),
    "worker/lease": ("worker/test_lease",),
    "worker/reuse": ("worker/test_reuse",),
    "worker/retries": ("worker/test_retries",),
    "models/remote_job": ("models/test_remote_job",),
    "models/transitions": ("models/test_transitions",),
    "models/job_queryset": ("models/test_job_queryset",),
    "models/try_on_queryset": ("models/test_try_on_queryset",),
    "models/deletion": ("models/test_deletion",),
    "models/known_task": ("models/test_known_task",),
    "jobs/fingerprint": ("jobs/test_fingerprint",),
    # permissions
    "publishing": ("test_publishing",),
    "api/permissions": ("api/test_permissions",),
    "visibility": ("api/test_visibility", "test_hidden_inputs"),
    "admin/read_only": ("admin/test_permissions",),
    "admin/actions": ("admin/test_result_actions", "admin/test_permissions"),
    "admin/deletion": ("admin/test_deletion",),
    "admin/try_on_action": ("admin/test_try_on_page", "admin/test_permissions"),
}
