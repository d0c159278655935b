"""The README's steps "Add it to your project", followed in a new project with both wheels.

``tests/browser/test_new_project.py`` goes on from there to a look on a page.
"""

from __future__ import annotations

import pytest
import requests

from tests.new_project import NewProject, readme_steps

pytestmark = [pytest.mark.package, pytest.mark.slow]


@pytest.fixture
def project(installed, tmp_path):
    project = NewProject(tmp_path / "project", readme_steps(), installed.with_local)
    yield project
    project.stop()


def test_readme__leads_to_a_project_that_runs_without_warnings(project):
    assert "no issues" in project.run("manage.py", "check", "--fail-level", "WARNING")
    admin = requests.get(f"{project.address}/admin/login/", timeout=30)
    page = requests.get(f"{project.address}/products/1/", timeout=30)

    assert admin.status_code == 200
    assert page.status_code == 404  # there is no product yet
