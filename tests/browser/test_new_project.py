"""README and tutorial, followed to a look on a page: their files, commands and clicks."""

from __future__ import annotations

import pytest

from tests.browser.shop_owner import ShopOwner
from tests.new_project import NewProject, readme_steps
from tests.pages import ROOT

pytestmark = pytest.mark.browser

MOST_COMMANDS = 10


@pytest.fixture
def follow(tmp_path):
    projects = []

    def follow(text):
        projects.append(NewProject(tmp_path / "project", text))
        return projects[0]

    yield follow
    for project in projects:
        project.stop()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def make_look(page, project, **fields):
    owner = ShopOwner(page, project.address)
    owner.log_in()
    owner.add_product(title="Light blue shirt", price="39", **fields)
    owner.choose_product("Light blue shirt", "Light blue shirt")
    owner.order("Light blue shirt", "Jonas")
    owner.publish_when_ready()


def card_of_the_look(page, address):
    page.goto(f"{address}/products/1/")
    page.locator(".outfit-hotspot").first.click()
    return page.locator("[popover]:popover-open").inner_text()


def test_tutorial__leads_to_a_look_on_the_product_page(follow, page):
    project = follow((ROOT / "docs" / "tutorial.md").read_text("utf-8"))
    make_look(page, project)

    assert "Light blue shirt" in card_of_the_look(page, project.address)
    assert len(project.commands) <= MOST_COMMANDS


def test_readme__leads_to_a_look_on_the_product_page(follow, page):
    project = follow(readme_steps())
    make_look(page, project, slug="light-blue-shirt", url=f"{project.address}/products/1/")

    assert "Light blue shirt" in card_of_the_look(page, project.address)
    assert len(project.commands) <= MOST_COMMANDS
