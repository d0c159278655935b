"""The test project with the admin theme named in the environment."""

import os
import tempfile

from tests.admin_themes.themes import THEMES, Theme
from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

THEME = THEMES[os.environ["ADMIN_THEME"]] if os.environ["ADMIN_THEME"] else Theme(apps=())
INSTALLED_APPS = [*THEME.apps, *INSTALLED_APPS]
ROOT_URLCONF = "tests.admin_themes.urls"
MEDIA_ROOT = tempfile.mkdtemp()
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]
