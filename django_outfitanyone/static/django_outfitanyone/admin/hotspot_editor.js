// Boxes over the picture to draw, drag and pull. The form below holds the truth (hotspot_rows.js):
// its numbers follow the boxes and the other way, and whatever is done here can be typed there.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const CORNERS = [["x1", "y1"], ["x2", "y1"], ["x2", "y2"], ["x1", "y2"]];
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const COARSE = matchMedia("(any-pointer: coarse)");
const SMALLEST = 8; // CSS pixels: less is a click, not a box

class Editor {
  constructor(root, rows) {
    this.root = root;
    this.svg = root.querySelector("svg");
    this.rows = rows;
    this.history = [];
    this.selected = rows.indexes()[0] ?? null;
    this.svg.querySelectorAll(".outfit-box").forEach((box) => box.remove());
    this.layer = this.svg.appendChild(document.createElementNS(SVG, "g"));
    root.querySelectorAll("[hidden]").forEach((part) => (part.hidden = false));
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("keydown", (event) => this.undoKey(event));
    this.svg.addEventListener("pointerdown", (event) => this.draws(event) && this.drawNew(event));
    document.addEventListener("formset:added", (event) => this.added(event));
    document.addEventListener("formset:removed", () => this.draw());
    for (const kind of ["input", "change"]) {
      document.addEventListener(kind, (event) => this.changed(event));
    }
    // the autocomplete tells of its choice in the language of jQuery only
    window.django?.jQuery?.(document).on("change", (event) => this.changed(event));
    document.addEventListener("focusin", (event) => this.focused(event));
    new ResizeObserver(() => this.draw()).observe(this.svg);
  }

  // Undo

  remember() {
    const state = this.rows.snapshot();
    if (this.history.at(-1) !== state) {
      this.history.push(state);
    }
  }

  undo() {
    const state = this.history.pop();
    if (state) {
      this.rows.restore(state);
      const left = this.rows.indexes();
      this.select(left.includes(this.selected) ? this.selected : (left[0] ?? null));
    }
  }

  undoKey(event) {
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
      event.preventDefault();
      this.undo();
    }
  }

  // What people do

  clicked(event) {
    const action = event.target.closest("[data-edit]")?.dataset.edit;
    if (action === "draw") {
      // the keyboard draws no rectangles: it gets one in the middle, to be moved
      event.detail === 0 ? this.addInTheMiddle() : this.drawing(!this.root.hasAttribute("data-drawing"));
    } else if (action === "undo") {
      this.undo();
    } else if (action && this.selected !== null) {
      this[action](this.selected);
    }
  }

  /** Back to the box that the search found. */
  reset(index) {
    const found = this.rows.foundBox(index);
    if (found) {
      this.remember();
      this.write(index, found, { found: true });
    }
  }

  remove(index) {
    this.remember();
    if (this.rows.remove(index)) {
      this.history = []; // the rows are numbered anew
    }
    this.select(this.rows.indexes()[0] ?? null);
  }

  choose(index) {
    this.rows.chooseProduct(index);
  }

  write(index, box, how) {
    this.rows.write(index, box, how);
    this.draw();
  }

  select(index) {
    this.selected = index;
    this.draw();
  }

  changed(event) {
    if (!this.rows.owns(event.target)) {
      return;
    }
    const index = this.rows.indexOf(event.target);
    const found = event.target.name.endsWith("-reset") && event.target.checked && this.rows.foundBox(index);
    if (found) {
      this.rows.write(index, found, { found: true });
    }
    this.draw();
  }

  focused(event) {
    const index = this.rows.indexOf(event.target);
    if (index !== null && index !== this.selected) {
      this.select(index);
    }
  }

  // A new hotspot

  drawing(on) {
    this.root.toggleAttribute("data-drawing", on);
    this.root.querySelector("[data-edit=draw]").setAttribute("aria-pressed", on);
  }

  /** With a mouse at once; a finger scrolls the page unless it was asked to draw. */
  draws(event) {
    const free = !event.target.closest(".outfit-box, .outfit-grip");
    return event.button === 0 && ((free && event.pointerType === "mouse") || this.root.hasAttribute("data-drawing"));
  }

  drawNew(event) {
    event.preventDefault();
    const start = this.point(event);
    const band = this.rectangle("outfit-box outfit-band", start.x, start.y, 0, 0);
    let box = null;
    this.follow(event, (now) => {
      box = {
        x1: Math.min(start.x, now.x), y1: Math.min(start.y, now.y),
        x2: Math.max(start.x, now.x), y2: Math.max(start.y, now.y),
      };
      this.place(band, box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1);
    }, () => {
      band.remove();
      const least = SMALLEST / this.scale;
      if (box && box.x2 - box.x1 >= least && box.y2 - box.y1 >= least) {
        this.drawing(false);
        this.add(box);
      }
    });
  }

  get middle() {
    const { width, height } = this.rows;
    return { x1: width * 0.35, y1: height * 0.35, x2: width * 0.65, y2: height * 0.65 };
  }

  addInTheMiddle() {
    this.add(this.middle);
    this.layer.querySelector(`[data-index="${this.selected}"]`)?.focus();
  }

  add(box) {
    this.remember();
    this.drawn = box;
    this.rows.add();
  }

  added(event) {
    if (event.detail.formsetName === this.rows.prefix) {
      this.selected = this.rows.count - 1;
      this.write(this.selected, this.drawn ?? this.middle);
      this.drawn = null;
    }
  }

  // Drawing

  get scale() {
    return this.svg.getScreenCTM().a;
  }

  draw() {
    const focused = document.activeElement?.dataset?.index;
    this.layer.replaceChildren();
    const rows = this.rows.indexes();
    const others = rows.filter((index) => index !== this.selected);
    others.forEach((index) => this.drawBox(index));
    if (rows.includes(this.selected)) {
      this.drawBox(this.selected);
      this.drawHandles(this.selected);
    }
    for (let index = 0; index < this.rows.count; index += 1) {
      this.rows.element(index)?.classList.toggle("outfit-selected-row", index === this.selected);
    }
    this.root.querySelector("[data-edit=undo]").disabled = !this.history.length;
    this.showSelected(rows.includes(this.selected) ? this.selected : null);
    this.layer.querySelector(`[data-index="${focused}"]`)?.focus({ preventScroll: true });
  }

  showSelected(index) {
    const bar = this.root.querySelector(".outfit-editor-selected");
    bar.hidden = index === null;
    if (index !== null) {
      bar.querySelector("output").textContent = this.rows.describe(index);
      const [found, box] = [this.rows.foundBox(index), this.rows.box(index)];
      bar.querySelector("[data-edit=reset]").disabled = !found || SIDES.every((side) => found[side] === box[side]);
    }
  }

  drawBox(index) {
    const { x1, y1, x2, y2 } = this.rows.box(index);
    if (x2 <= x1 || y2 <= y1) {
      return;
    }
    const body = this.rectangle("outfit-box outfit-box--editable", x1, y1, x2 - x1, y2 - y1);
    body.classList.toggle("outfit-box--selected", index === this.selected);
    body.setAttribute("tabindex", "0");
    body.setAttribute("role", "button");
    body.setAttribute("aria-label", `${this.rows.describe(index)} (${Math.round(x1)}, ${Math.round(y1)}, ${Math.round(x2)}, ${Math.round(y2)})`);
    body.setAttribute("aria-describedby", `${this.rows.prefix}-editor-help`);
    body.dataset.index = index;
    body.addEventListener("focus", () => index !== this.selected && this.select(index));
    body.addEventListener("keydown", (event) => this.pressed(event, index));
    body.addEventListener("keyup", () => (this.isPressing = false));
    body.addEventListener("pointerdown", (event) => this.drag(event, index, SIDES));
  }

  drawHandles(index) {
    const box = this.rows.box(index);
    const [seen, felt] = [14, COARSE.matches ? 44 : 20].map((size) => size / this.scale);
    for (const corner of CORNERS) {
      const [x, y] = corner.map((side) => box[side]);
      this.rectangle("outfit-handle", x - seen / 2, y - seen / 2, seen, seen);
      const grip = this.rectangle("outfit-grip", x - felt / 2, y - felt / 2, felt, felt);
      grip.addEventListener("pointerdown", (event) => this.drag(event, index, corner));
    }
  }

  rectangle(name, x, y, width, height) {
    const element = this.layer.appendChild(document.createElementNS(SVG, "rect"));
    element.setAttribute("class", name);
    return this.place(element, x, y, width, height);
  }

  place(element, x, y, width, height) {
    Object.entries({ x, y, width, height }).forEach(([key, value]) => element.setAttribute(key, value));
    return element;
  }

  // Moving

  pressed(event, index) {
    const step = KEYS[event.key];
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.choose(index);
    } else if (event.key === "Delete") {
      event.preventDefault();
      this.remove(index);
    } else if (step) {
      event.preventDefault();
      if (!this.isPressing) {
        this.remember();
      }
      this.isPressing = true;
      const length = event.ctrlKey || event.metaKey ? 10 : 1;
      const sides = event.shiftKey ? ["x2", "y2"] : SIDES;
      this.write(index, this.moved(this.rows.box(index), sides, step[0] * length, step[1] * length));
    }
  }

  drag(event, index, sides) {
    if (event.button !== 0 || this.root.hasAttribute("data-drawing")) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this.selected = index;
    this.draw();
    this.layer.querySelector(`[data-index="${index}"]`)?.focus({ preventScroll: true });
    const start = this.point(event);
    const box = this.rows.box(index);
    let isMoving = false;
    this.follow(event, (now) => {
      if (!isMoving) {
        this.remember();
      }
      isMoving = true;
      this.write(index, this.moved(box, sides, now.x - start.x, now.y - start.y));
    });
  }

  /** Calls back with places in the picture until the pointer is lifted. */
  follow(event, moved, ended = () => {}) {
    const stop = new AbortController();
    const mine = (act) => (later) => later.pointerId === event.pointerId && act(later);
    const end = mine(() => {
      stop.abort();
      ended();
    });
    addEventListener("pointermove", mine((later) => moved(this.point(later))), { signal: stop.signal });
    addEventListener("pointerup", end, { signal: stop.signal });
    addEventListener("pointercancel", end, { signal: stop.signal });
  }

  /** The box with these sides moved; as a whole it stops at the edge instead of shrinking. */
  moved(box, sides, dx, dy) {
    if (sides === SIDES) {
      dx = Math.min(Math.max(dx, -box.x1), this.rows.width - box.x2);
      dy = Math.min(Math.max(dy, -box.y1), this.rows.height - box.y2);
    }
    const shift = { x1: dx, x2: dx, y1: dy, y2: dy };
    const moved = { ...box };
    sides.forEach((side) => (moved[side] = box[side] + shift[side]));
    // the moved sides stop at those that stay
    if (!sides.includes("x1")) moved.x2 = Math.max(moved.x2, moved.x1 + 1);
    if (!sides.includes("x2")) moved.x1 = Math.min(moved.x1, moved.x2 - 1);
    if (!sides.includes("y1")) moved.y2 = Math.max(moved.y2, moved.y1 + 1);
    if (!sides.includes("y2")) moved.y1 = Math.min(moved.y1, moved.y2 - 1);
    return moved;
  }

  /** Where the pointer is, in pixels of the picture. */
  point(event) {
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
  }
}

for (const root of document.querySelectorAll(".outfit-editor")) {
  const { width, height } = root.querySelector("svg").viewBox.baseVal;
  const rows = new HotspotRows(root.dataset.hotspots, { width, height, label: root.dataset.label });
  if (rows.canBeChanged) {
    new Editor(root, rows);
  }
}
