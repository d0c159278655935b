"""Requests to admin pages, and readers of their responses."""

from __future__ import annotations

import re

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse


def address(page, *args):
    return reverse(f"admin:django_outfitanyone_{page}", args=args)


class AdminSession:
    """The admin as one signed-in user sees it; pages are named as in ``tryonresult_batch``."""

    def __init__(self, client, *, user=None):
        self.client = client
        self.user = user

    def get(self, page, *args, **query):
        return self.client.get(address(page, *args), query)

    def post(self, page, *args, follow=False, **data):
        return self.client.post(address(page, *args), data, follow=follow)

    def select(self, model, action, rows, *, everything=False, **extra):
        """Run an action on rows selected in the changelist."""
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
    """Return the value of a hidden input."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', text_of(response))[0]
    value = re.search(r'value="([^"]*)"', tag)
    return value[1] if value else ""


def errors_on(response):
    """Return the first error of each field that has any."""
    return re.findall(r'class="errorlist[^>]*>\s*<li>([^<]*)<', text_of(response))


def card_of(response, try_on):
    """Return the HTML of a try-on's card on the page of its batch."""
    page = text_of(response)
    start = page.index(f'<li class="outfit-result" id="try-on-{try_on.pk}"')
    return page[start : page.index("</li>", start)]


def progress_on(response):
    """Return the progress text of a batch."""
    return re.search(r'id="outfit-progress"[^>]*>([^<]*)<', text_of(response))[1]


def actions_on(html):
    """Return the names of the action buttons, in their order."""
    return re.findall(r'name="action" value="(\w+)"', html)


def estimate_on(response):
    """Return the estimate on the page “Try on garments”, or ``None``."""
    found = re.search(r'class="outfit-estimate"[^>]*>([^<]*)<', text_of(response))
    return found and found[1]


def make_button_on(response):
    """Return the label of the button that requests the pictures."""
    return re.search(r'id="outfit-make"[^>]*>([^<]*)<', text_of(response))[1]


def problems_on(response):
    """Return the errors on the page “Try on garments”."""
    listed = text_of(response).partition('class="outfit-problems">')[2].partition("</ul>")[0]
    return re.findall(r"<li>([^<]*)</li>", listed)
