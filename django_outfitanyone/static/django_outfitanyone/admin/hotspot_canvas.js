// The SVG layer over a picture: rectangles, handles and pointer positions in picture pixels.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const CORNERS = [["x1", "y1"], ["x2", "y1"], ["x2", "y2"], ["x1", "y2"]];
const COARSE = matchMedia("(any-pointer: coarse)");

class HotspotCanvas {
  /** Replaces the boxes that the server drew for browsers without script. */
  constructor(svg) {
    this.svg = svg;
    svg.querySelectorAll(".outfit-box").forEach((box) => box.remove());
    this.layer = svg.appendChild(document.createElementNS(SVG, "g"));
  }

  /** CSS pixels per pixel of the picture. */
  get scale() {
    return this.svg.getScreenCTM().a;
  }

  clear() {
    this.layer.replaceChildren();
  }

  rectangle(className, x, y, width, height) {
    const element = this.layer.appendChild(document.createElementNS(SVG, "rect"));
    element.setAttribute("class", className);
    return this.place(element, x, y, width, height);
  }

  place(element, x, y, width, height) {
    Object.entries({ x, y, width, height }).forEach(([key, value]) => element.setAttribute(key, value));
    return element;
  }

  /** Calls back with the touch target of each corner; it is larger than the visible handle. */
  drawHandles(box, added) {
    const [visible, touch] = [14, COARSE.matches ? 44 : 20].map((size) => size / this.scale);
    for (const corner of CORNERS) {
      const [x, y] = corner.map((side) => box[side]);
      this.rectangle("outfit-handle", x - visible / 2, y - visible / 2, visible, visible);
      added(this.rectangle("outfit-grip", x - touch / 2, y - touch / 2, touch, touch), corner);
    }
  }

  box(index) {
    return this.layer.querySelector(`[data-index="${index}"]`);
  }

  focus(index, options) {
    this.box(index)?.focus(options);
  }

  /** The pointer position in pixels of the picture. */
  point(event) {
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
  }

  /** Calls back with positions in the picture until the pointer is lifted. */
  follow(event, moved, ended = () => {}) {
    const stop = new AbortController();
    const samePointer = (handle) => (later) => later.pointerId === event.pointerId && handle(later);
    const end = samePointer((last) => {
      stop.abort();
      ended(last);
    });
    addEventListener("pointermove", samePointer((later) => moved(this.point(later))), { signal: stop.signal });
    addEventListener("pointerup", end, { signal: stop.signal });
    addEventListener("pointercancel", end, { signal: stop.signal });
  }
}

/** The box with these sides moved; a whole box stops at the edge of the picture and keeps its size. */
function movedBox(box, sides, dx, dy, { width, height }) {
  if (sides === SIDES) {
    dx = Math.min(Math.max(dx, -box.x1), width - box.x2);
    dy = Math.min(Math.max(dy, -box.y1), height - box.y2);
  }
  const shift = { x1: dx, x2: dx, y1: dy, y2: dy };
  const moved = { ...box };
  sides.forEach((side) => (moved[side] = box[side] + shift[side]));
  // a moved side stops one pixel before the opposite side
  if (!sides.includes("x1")) moved.x2 = Math.max(moved.x2, moved.x1 + 1);
  if (!sides.includes("x2")) moved.x1 = Math.min(moved.x1, moved.x2 - 1);
  if (!sides.includes("y1")) moved.y2 = Math.max(moved.y2, moved.y1 + 1);
  if (!sides.includes("y2")) moved.y1 = Math.min(moved.y1, moved.y2 - 1);
  return moved;
}
