"""Every supported pair of Python and Django: ``make test-matrix``, or ``nox -s tests``.

``nox -s oscar`` tests the adapter with the real django-oscar.
"""

from __future__ import annotations

import nox

PYTHONS_OF_DJANGO = {
    "5.2": ["3.10", "3.11", "3.12", "3.13"],
    "6.0": ["3.12", "3.13"],
    "6.1": ["3.12", "3.13"],
}
PAIRS = [
    nox.param(python, django, id=f"{python}-{django}")
    for django, pythons in PYTHONS_OF_DJANGO.items()
    for python in pythons
]
PROJECT = nox.project.load_toml("pyproject.toml")
FAST = "not slow and not browser and not package"

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "venv"
nox.options.sessions = ["tests"]


@nox.session
@nox.parametrize(["python", "django"], PAIRS)
def tests(session: nox.Session, django: str) -> None:
    """Run the app's fast tests with both distributions installed from the checkout."""
    session.install(
        f"Django~={django}.0",
        "--editable=./local",
        "--editable=.[heif,api,s3]",
        *nox.project.dependency_groups(PROJECT, "test"),
        *(["django-tasks-db>=0.12"] if django >= "6" else []),
    )
    session.run("python", "-c", "import django, sys; print(sys.version, django.__version__)")
    session.run(
        "pytest", "-m", FAST, "-n", "auto", "--dist", "worksteal", "-p", "no:cacheprovider",
        *session.posargs,
    )  # fmt: skip


@nox.session(python="3.12")
def oscar(session: nox.Session) -> None:
    """Run the tests of contrib/oscar with the newest Django that django-oscar declares."""
    session.install(
        "Django~=6.0.0",
        "django-oscar[sorl-thumbnail]~=4.2.0",
        "--editable=./local",
        "--editable=.",
        *nox.project.dependency_groups(PROJECT, "test"),
    )
    session.run("python", "-c", "import django, oscar; print(django.__version__, oscar.VERSION)")
    session.run(
        "pytest", "tests/integrations/oscar", "--ds", "tests.integrations.oscar.settings",
        "-p", "no:cacheprovider", "-W", "default", "-s", *session.posargs,
    )  # fmt: skip
