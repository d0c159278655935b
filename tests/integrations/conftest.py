"""Each package here has settings of its own and is tested by a nox session with its name."""

from __future__ import annotations

from django.conf import settings

collect_ignore = [] if "oscar" in settings.INSTALLED_APPS else ["oscar"]
