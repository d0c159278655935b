"""The app's own pages in a third-party theme, in Chromium. Run as a module by test_layout.py."""

import os
import sys
import tempfile
import warnings

import django

warnings.simplefilter("ignore")  # a theme's warnings are not ours

os.environ["ADMIN_THEME"] = sys.argv[1]
os.environ["PAGES_FOLDER"] = tempfile.mkdtemp()
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.admin_pages.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.urls import reverse  # noqa: E402

from tests.admin_pages.faults import faults_on  # noqa: E402
from tests.admin_pages.pages import work_of  # noqa: E402
from tests.admin_pages.scene import make_scene, unchanged  # noqa: E402
from tests.admin_pages.site import WIDTHS, chromium, serving, show, window  # noqa: E402
from tests.admin_themes.themes import register_with_theme  # noqa: E402

settings.OUTFITANYONE = {**settings.OUTFITANYONE, "CHECK_PICTURES": False}
call_command("migrate", verbosity=0)
register_with_theme(settings.THEME)
scene = make_scene(unchanged)
faults = []
with serving() as site, chromium() as browser:
    for width in WIDTHS:
        page = window(browser, user=scene.user, width=width)
        show(page, site + reverse("admin:auth_user_changelist"))
        most = max(width, page.evaluate("document.documentElement.scrollWidth"))
        for shown in work_of(scene):
            if shown.name in settings.THEME.replaces:
                continue
            show(page, site + shown.path)
            shown.prepare(page)
            faults += [f"{width}: {fault}" for fault in faults_on(page, shown, most=most)]
assert not faults, "\n".join(faults)
print("fine")
