// Lets people drag the boxes over the picture; the numbers in the form follow, and the other way.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const SIDES = ["x1", "y1", "x2", "y2"];
const CORNERS = [["x1", "y1"], ["x2", "y1"], ["x2", "y2"], ["x1", "y2"]];
const HANDLE = 14; // CSS pixels
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class Editor {
  constructor(svg) {
    this.svg = svg;
    this.prefix = svg.dataset.hotspots;
    this.width = svg.viewBox.baseVal.width;
    this.height = svg.viewBox.baseVal.height;
    this.layer = svg.appendChild(document.createElementNS(SVG, "g"));
    svg.querySelectorAll(":scope > .outfit-box").forEach((box) => box.remove());
    svg.parentElement.querySelector(".outfit-editor-help").hidden = false;
    document.addEventListener("formset:added", (event) => this.added(event));
    document.addEventListener("formset:removed", () => this.draw());
    document.addEventListener("input", (event) => this.isMine(event.target) && this.draw());
    document.addEventListener("change", (event) => this.isMine(event.target) && this.draw());
    new ResizeObserver(() => this.draw()).observe(svg);
  }

  isMine(input) {
    return input.name?.startsWith(`${this.prefix}-`);
  }

  input(index, name) {
    return document.querySelector(`[name="${this.prefix}-${index}-${name}"]`);
  }

  box(index) {
    return Object.fromEntries(SIDES.map((side) => [side, Number(this.input(index, side).value)]));
  }

  /** Keeps the box in the picture and its sides in order. */
  write(index, box) {
    const limit = { x1: [0, this.width - 1], y1: [0, this.height - 1], x2: [1, this.width], y2: [1, this.height] };
    for (const side of SIDES) {
      const [least, most] = limit[side];
      this.input(index, side).value = Math.round(Math.min(Math.max(box[side], least), most));
    }
    this.draw();
  }

  added(event) {
    if (event.detail.formsetName !== this.prefix) {
      return;
    }
    const index = Number(document.getElementById(`id_${this.prefix}-TOTAL_FORMS`).value) - 1;
    const { width, height } = this;
    this.write(index, { x1: width * 0.3, y1: height * 0.3, x2: width * 0.7, y2: height * 0.6 });
  }

  draw() {
    const focused = document.activeElement?.dataset?.index;
    this.layer.replaceChildren();
    const count = Number(document.getElementById(`id_${this.prefix}-TOTAL_FORMS`).value);
    for (let index = 0; index < count; index += 1) {
      if (this.input(index, "x1") && !this.input(index, "DELETE")?.checked) {
        this.drawBox(index);
      }
    }
    this.layer.querySelector(`[data-index="${focused}"]`)?.focus({ preventScroll: true });
  }

  drawBox(index) {
    const { x1, y1, x2, y2 } = this.box(index);
    if (x2 <= x1 || y2 <= y1) {
      return;
    }
    const body = this.rectangle("outfit-box outfit-box--editable", x1, y1, x2 - x1, y2 - y1);
    const area = this.input(index, "clothes_type");
    const name = area?.selectedOptions?.[0]?.value ? area.selectedOptions[0].text : "";
    body.setAttribute("tabindex", "0");
    body.setAttribute("role", "img");
    body.setAttribute("aria-label", `${this.svg.dataset.label} ${index + 1} ${name}: ${this.svg.dataset.keys}`);
    body.dataset.index = index;
    body.addEventListener("keydown", (event) => this.pressed(event, index));
    body.addEventListener("pointerdown", (event) => this.drag(event, index, SIDES));
    const size = HANDLE / this.svg.getScreenCTM().a;
    for (const corner of CORNERS) {
      const [x, y] = corner.map((side) => ({ x1, y1, x2, y2 })[side]);
      const handle = this.rectangle("outfit-handle", x - size / 2, y - size / 2, size, size);
      handle.addEventListener("pointerdown", (event) => this.drag(event, index, corner));
    }
  }

  rectangle(name, x, y, width, height) {
    const element = this.layer.appendChild(document.createElementNS(SVG, "rect"));
    element.setAttribute("class", name);
    Object.entries({ x, y, width, height }).forEach(([key, value]) => element.setAttribute(key, value));
    return element;
  }

  pressed(event, index) {
    const step = KEYS[event.key];
    if (!step) {
      return;
    }
    event.preventDefault();
    const sides = event.shiftKey ? ["x2", "y2"] : SIDES;
    this.write(index, this.moved(this.box(index), sides, step[0], step[1]));
  }

  drag(event, index, sides) {
    event.preventDefault();
    const start = this.point(event);
    const box = this.box(index);
    const move = (moving) => {
      const now = this.point(moving);
      this.write(index, this.moved(box, sides, now.x - start.x, now.y - start.y));
    };
    const stop = new AbortController();
    addEventListener("pointermove", move, { signal: stop.signal });
    addEventListener("pointerup", () => stop.abort(), { signal: stop.signal });
    addEventListener("pointercancel", () => stop.abort(), { signal: stop.signal });
  }

  /** The box with these sides moved; as a whole it stops at the edge instead of shrinking. */
  moved(box, sides, dx, dy) {
    if (sides === SIDES) {
      dx = Math.min(Math.max(dx, -box.x1), this.width - box.x2);
      dy = Math.min(Math.max(dy, -box.y1), this.height - box.y2);
    }
    const shift = { x1: dx, x2: dx, y1: dy, y2: dy };
    const moved = { ...box };
    sides.forEach((side) => (moved[side] = box[side] + shift[side]));
    return {
      x1: Math.min(moved.x1, moved.x2 - 1),
      y1: Math.min(moved.y1, moved.y2 - 1),
      x2: Math.max(moved.x2, moved.x1 + 1),
      y2: Math.max(moved.y2, moved.y1 + 1),
    };
  }

  /** Where the pointer is, in pixels of the picture. */
  point(event) {
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
  }
}

for (const svg of document.querySelectorAll("svg[data-hotspots]")) {
  if (document.getElementById(`id_${svg.dataset.hotspots}-TOTAL_FORMS`)) {
    new Editor(svg);
  }
}
