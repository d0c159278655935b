"""Every page of the admin in the middle of a season: layout, accessibility, and the keyboard."""

from __future__ import annotations

import pytest

from tests.admin_pages.faults import faults_on
from tests.admin_pages.pages import PARTS
from tests.admin_pages.scene import make_scene, unchanged

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

MOST_STOPS = 40
"""Times that Tab is pressed on a page."""
FOCUSED = """() => {
  const one = document.activeElement;
  const look = (pseudo) => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor, color,
      textDecorationLine } = getComputedStyle(one, pseudo);
    const outline = outlineStyle === "none" ? "none" : `${outlineStyle} ${outlineWidth}`;
    return [outline, boxShadow, borderColor, backgroundColor, color, textDecorationLine].join();
  };
  if (one === document.body || one.matches("iframe")) {
    return null;
  }
  const focused = look();
  const name = one.id || one.name || one.textContent.trim() || one.outerHTML;
  const tabindex = Number(one.getAttribute("tabindex"));
  one.blur();
  const isSeen = focused !== look();
  one.focus();
  return { name: name.slice(0, 60), isSeen, tabindex };
}"""
OURS = {"exclude": [[".select2-container"], [".selector"]]}
"""Django's own widgets have their own barriers."""


@pytest.fixture
def scene(configure):
    configure(CHECK_PICTURES=False, BUDGET_PER_DAY=40, BUDGET_PER_MONTH=400)
    return make_scene(unchanged)


@pytest.fixture
def client_of_maria(scene, client):
    client.force_login(scene.user)
    return client


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("part", PARTS)
def test_pages__fit_and_have_no_barriers(
    visit, client_of_maria, scene, barriers, part, width, scheme
):
    found = []
    page = visit("/admin/", client=client_of_maria, width=width, color_scheme=scheme)
    for shown in PARTS[part](scene):
        page.goto(f"http://localhost{shown.path}")
        page.wait_for_load_state("networkidle")
        shown.prepare(page)
        found += faults_on(page, shown, most=width)
        within = {"include": [[one.strip()] for one in shown.main.split(",")][:1], **OURS}
        found += [f"{shown.name}: {barrier}" for barrier in barriers(page, within=within)]

    assert found == []
    assert page.complaints == []


@pytest.mark.parametrize("part", PARTS)
def test_keyboard__shows_where_it_is(visit, client_of_maria, scene, part):
    unseen = []
    page = visit("/admin/", client=client_of_maria, width=1280)
    for shown in PARTS[part](scene):
        page.goto(f"http://localhost{shown.path}")
        page.locator(shown.main).first.evaluate("one => { one.tabIndex = -1; one.focus(); }")
        for _number in range(MOST_STOPS):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUSED)
            if stop is None:
                break
            if not stop["isSeen"] or stop["tabindex"] > 0:
                unseen.append(f"{shown.name}: {stop['name']}")

    assert unseen == []
