from __future__ import annotations

from typing import Any

from django.db import connections
from django.http import HttpRequest

from django_outfitanyone.admin.classes import AdminMixin


class DatesMixin(AdminMixin):
    """Days to choose from above a list, where the database can tell them.

    MySQL and MariaDB cannot before ``mysql_tzinfo_to_sql`` has loaded the time zones, and
    Django's list would be an error page.
    """

    date_hierarchy = "created_at"

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        if not connections[changelist.queryset.db].features.has_zoneinfo_database:
            changelist.date_hierarchy = None
        return changelist
