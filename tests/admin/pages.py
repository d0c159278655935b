"""Walking through the admin in tests."""

from __future__ import annotations

import re

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse


def address(page, *args):
    return reverse(f"admin:django_outfitanyone_{page}", args=args)


class Site:
    def __init__(self, client, *, user=None):
        self.client = client
        self.user = user

    def get(self, page, *args, **query):
        return self.client.get(address(page, *args), query)

    def post(self, page, *args, follow=False, **data):
        return self.client.post(address(page, *args), data, follow=follow)

    def select(self, model, action, rows, *, everything=False, **extra):
        """Tick rows in a list and choose an action."""
        return self.post(
            f"{model}_changelist",
            **{
                "action": action,
                ACTION_CHECKBOX_NAME: [row.pk for row in rows],
                "select_across": int(everything),
            },
            follow=False,
            **extra,
        )

    def offered_actions(self, model):
        page = text_of(self.get(f"{model}_changelist"))
        return set(re.findall(r'<option value="(\w+)"', page.partition('name="action"')[2]))


def text_of(response):
    return response.content.decode()


def hidden(response, name):
    """The value of a hidden field of the page."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', text_of(response))[0]
    value = re.search(r'value="([^"]*)"', tag)
    return value[1] if value else ""


def card_of(response, try_on):
    """The part of a batch's page that shows this try-on."""
    page = text_of(response)
    start = page.index(f'<li class="outfit-result" id="try-on-{try_on.pk}"')
    return page[start : page.index("</li>", start)]
