"""What is wrong with the layout of a page, as a person would see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.admin_pages.pages import Page

OVERLAPS = """(main) => {
  const controls = "a[href], button, input, select, textarea, summary";
  const others = ".outfit-default-button, .select2-container, .selector, [hidden]";
  const looks = { opacityProperty: true, visibilityProperty: true };
  const name = (one) => (one.id || one.name || one.textContent.trim()).slice(0, 40);
  // What sticks to the window, or scrolls in its own box, may lie over the rest of the page.
  function layerOf(one) {
    for (let up = one; up; up = up.parentElement) {
      const { position, overflowX, overflowY } = getComputedStyle(up);
      const scrolls = /auto|scroll/.test(overflowX + overflowY);
      if (scrolls || position === "sticky" || position === "fixed") {
        return up;
      }
    }
    return document;
  }
  function isOver([one, a, layer], [other, b, otherLayer]) {
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const tall = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    const isInside = one.contains(other) || other.contains(one);
    return layer === otherLayer && wide > 3 && tall > 3 && !isInside;
  }
  const boxes = [...document.querySelector(main).querySelectorAll(controls)]
    .filter((one) => !one.closest(others) && one.checkVisibility(looks))
    .map((one) => [one, one.getBoundingClientRect(), layerOf(one)])
    .filter(([, box]) => box.width > 2 && box.height > 2);
  return boxes.flatMap((one, at) =>
    boxes.slice(at + 1).filter((other) => isOver(one, other))
      .map((other) => `${name(one[0])} / ${name(other[0])}`)
  );
}"""
CUT_OFF = """(main) =>
  [...document.querySelector(main).querySelectorAll(".outfit-button, .outfit-badge")]
    .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 2)
    .map((one) => one.textContent.trim().slice(0, 40))"""


def faults_on(page: Any, shown: Page, *, most: int) -> Iterator[str]:
    """Yield what is missing, cut off, overlaps, or makes the page wider than ``most`` pixels."""
    if not page.locator(shown.main).first.is_visible():
        yield f"{shown.name}: {shown.main} is not shown"
        return
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > most:
        yield f"{shown.name}: {wide} pixels wide"
    for script, word in ((OVERLAPS, "overlaps"), (CUT_OFF, "is cut off")):
        for found in page.evaluate(script, shown.main):
            yield f"{shown.name}: {found} {word}"
