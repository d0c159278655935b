from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from tests.admin.pages import Site
from tests.factories import make_staff


@pytest.fixture
def site(admin_client):
    """The admin as its owner sees it."""
    return Site(admin_client)


@pytest.fixture
def site_of():
    """The admin as somebody sees it who may do just what is named."""

    def sign_in(*permissions):
        client = Client()
        user = make_staff(*permissions)
        client.force_login(user)
        return Site(client, user=user)

    return sign_in


@pytest.fixture
def said():
    """What the admin told the person at the last request."""
    return lambda response: [str(message) for message in get_messages(response.wsgi_request)]
