"""Pointer actions in the hotspot editor, in pixels of the picture, and the values of its form."""

from __future__ import annotations


def box_values(page, index=0):
    return [
        int(page.input_value(f"#id_hotspots-{index}-{side}")) for side in ("x1", "y1", "x2", "y2")
    ]


def window_position(page, x, y):
    """Return the position in the window of a pixel of the picture."""
    return page.evaluate(
        """([x, y]) => {
          const svg = document.querySelector(".outfit-editor svg");
          const place = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
          return [place.x, place.y];
        }""",
        [x, y],
    )


def drag(page, start, end):
    """Drag the mouse from one pixel of the picture to another."""
    page.evaluate("document.querySelector('.outfit-editor svg').scrollIntoView()")
    page.mouse.move(*window_position(page, *start))
    page.mouse.down()
    page.mouse.move(*window_position(page, *[(a + b) / 2 for a, b in zip(start, end, strict=True)]))
    page.mouse.move(*window_position(page, *end))
    page.mouse.up()


def swipe(page, start, end):
    """Send the pointer events of a finger from one pixel of the picture to another."""
    page.evaluate(
        """([start, end]) => {
          document.querySelector(".outfit-editor svg").scrollIntoView();
          const svg = document.querySelector(".outfit-editor svg");
          const at = ([x, y]) => new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
          const send = (kind, where, target) => target.dispatchEvent(new PointerEvent(kind, {
            pointerId: 7, pointerType: "touch", bubbles: true, cancelable: true, button: 0,
            clientX: where.x, clientY: where.y,
          }));
          const first = at(start);
          const target = document.elementFromPoint(first.x, first.y);
          send("pointerdown", first, target);
          send("pointermove", at(end), window);
          send("pointerup", at(end), window);
        }""",
        [start, end],
    )


def hotspot_count(page):
    return int(page.input_value("#id_hotspots-TOTAL_FORMS"))
