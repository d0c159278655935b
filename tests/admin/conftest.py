from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from django_outfitanyone.models import Account
from tests.admin.pages import AdminSession
from tests.factories import make_exact_staff, make_staff


@pytest.fixture
def site(admin_client):
    """The admin as a superuser sees it."""
    return AdminSession(admin_client)


@pytest.fixture
def site_with():
    """The admin as a staff user with these permissions sees it; see ``make_staff``."""
    return lambda *permissions: _session_of(make_staff(*permissions))


@pytest.fixture
def site_with_only():
    """The admin as a staff user with these permissions and no others sees it."""
    return lambda *permissions: _session_of(make_exact_staff(*permissions))


def _session_of(user):
    client = Client()
    client.force_login(user)
    return AdminSession(client, user=user)


@pytest.fixture
def messages_of():
    """Return the messages that a response shows to the user."""
    return lambda response: [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def stopped_account():
    account = Account.of()
    account.stopped_at = timezone.now()
    account.stopped_code = "Arrearage"
    account.stopped_message = "A bill is overdue."
    account.save()
    return account
