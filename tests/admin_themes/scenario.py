"""Every page of the admin in a third-party theme. Run as a module by test_themes.py."""

import os
import sys
import warnings

import django

warnings.simplefilter("ignore")  # a theme's warnings are not ours

os.environ["ADMIN_THEME"] = sys.argv[1]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.admin_themes.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from tests.admin.essentials import make_rows, missing_on, press_all  # noqa: E402
from tests.admin.pages import AdminSession  # noqa: E402
from tests.admin_themes.themes import register_with_theme  # noqa: E402

setup_test_environment()
call_command("migrate", verbosity=0)
register_with_theme(settings.THEME)
client = Client(enforce_csrf_checks=True)
client.force_login(get_user_model().objects.create_superuser("root"))
site = AdminSession(client)
rows = make_rows()

missing = missing_on(site, rows)
assert not missing, "\n".join(missing)
press_all(site, rows)
print("fine")
