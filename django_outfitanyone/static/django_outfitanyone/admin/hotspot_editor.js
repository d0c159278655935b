// Boxes over the picture to draw, drag and resize. The form below holds the truth: the numbers
// follow the boxes and the other way, and whatever is done here can be typed there.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const SIDES = ["x1", "y1", "x2", "y2"];
const CORNERS = [["x1", "y1"], ["x2", "y1"], ["x2", "y2"], ["x1", "y2"]];
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const COARSE = matchMedia("(any-pointer: coarse)");
const SMALLEST = 8; // CSS pixels: less is a click, not a box

class Editor {
  constructor(root) {
    this.root = root;
    this.svg = root.querySelector("svg");
    this.prefix = root.dataset.hotspots;
    this.width = this.svg.viewBox.baseVal.width;
    this.height = this.svg.viewBox.baseVal.height;
    this.history = [];
    this.selected = this.rows()[0] ?? null;
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

  // The form

  get count() {
    return Number(document.getElementById(`id_${this.prefix}-TOTAL_FORMS`).value);
  }

  input(index, name) {
    return document.querySelector(`[name="${this.prefix}-${index}-${name}"]`);
  }

  row(index) {
    return document.getElementById(`${this.prefix}-${index}`);
  }

  /** Indexes of the hotspots that are there and not marked for deletion. */
  rows() {
    const indexes = Array.from({ length: this.count }, (_, index) => index);
    return indexes.filter((index) => this.input(index, "x1") && !this.input(index, "DELETE")?.checked);
  }

  indexOf(element) {
    const name = element.closest?.(".inline-related")?.id ?? "";
    const number = name.startsWith(`${this.prefix}-`) ? name.slice(this.prefix.length + 1) : "";
    return /^\d+$/.test(number) ? Number(number) : null;
  }

  box(index) {
    return Object.fromEntries(SIDES.map((side) => [side, Number(this.input(index, side).value)]));
  }

  foundBox(index) {
    const text = this.input(index, "reset")?.dataset.box;
    const numbers = text ? text.split(" ").map(Number) : null;
    return numbers && Object.fromEntries(SIDES.map((side, place) => [side, numbers[place]]));
  }

  /** Keeps the box in the picture and its sides in order. */
  write(index, box, { found = false } = {}) {
    const limit = { x1: [0, this.width - 1], y1: [0, this.height - 1], x2: [1, this.width], y2: [1, this.height] };
    for (const side of SIDES) {
      const [least, most] = limit[side];
      this.input(index, side).value = Math.round(Math.min(Math.max(box[side], least), most));
    }
    const reset = this.input(index, "reset");
    if (reset) {
      reset.checked = found;
    }
    this.draw();
  }

  describe(index) {
    const area = this.input(index, "clothes_type")?.selectedOptions?.[0];
    const product = this.input(index, "product");
    const title = product?.selectedOptions?.[0]?.text ?? product?.value ?? "";
    const parts = [`${this.root.dataset.label} ${index + 1}`, area?.value && area.text, title];
    return parts.filter((part) => part?.trim()).join(" · ");
  }

  // Undo

  remember() {
    const rows = this.rows().map((index) => ({
      index, box: this.box(index), found: Boolean(this.input(index, "reset")?.checked),
    }));
    const state = JSON.stringify({ count: this.count, rows });
    if (this.history.at(-1) !== state) {
      this.history.push(state);
    }
  }

  undo() {
    const state = JSON.parse(this.history.pop() ?? "null");
    if (!state) {
      return;
    }
    while (this.count > state.count) {
      this.row(this.count - 1).querySelector(".inline-deletelink").click();
    }
    const kept = new Set(state.rows.map((row) => row.index));
    for (let index = 0; index < this.count; index += 1) {
      const marked = this.input(index, "DELETE");
      if (marked) {
        marked.checked = !kept.has(index);
      }
    }
    state.rows.forEach((row) => row.index < this.count && this.write(row.index, row.box, row));
    this.select(kept.has(this.selected) ? this.selected : (state.rows[0]?.index ?? null));
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
    const found = this.foundBox(index);
    if (found) {
      this.remember();
      this.write(index, found, { found: true });
    }
  }

  remove(index) {
    const marked = this.input(index, "DELETE");
    const link = this.row(index).querySelector(".inline-deletelink");
    this.remember();
    if (link) {
      this.history = []; // the rows are numbered anew
      link.click();
    } else if (marked) {
      marked.checked = true;
    }
    this.select(this.rows()[0] ?? null);
  }

  choose(index) {
    const product = this.input(index, "product");
    const shown = this.row(index).querySelector(".field-product .select2-selection") ?? product;
    shown?.scrollIntoView({ block: "center" });
    shown?.focus({ preventScroll: true });
  }

  select(index) {
    this.selected = index;
    this.draw();
  }

  changed(event) {
    if (!event.target.name?.startsWith(`${this.prefix}-`)) {
      return;
    }
    const index = this.indexOf(event.target);
    if (event.target.name.endsWith("-reset") && event.target.checked && this.foundBox(index)) {
      this.write(index, this.foundBox(index), { found: true });
    }
    this.draw();
  }

  focused(event) {
    const index = this.indexOf(event.target);
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

  addInTheMiddle() {
    const { width, height } = this;
    this.add({ x1: width * 0.35, y1: height * 0.35, x2: width * 0.65, y2: height * 0.65 });
    this.layer.querySelector(`[data-index="${this.selected}"]`)?.focus();
  }

  add(box) {
    this.remember();
    this.drawn = box;
    document.querySelector(`#${this.prefix}-group .add-row a`)?.click();
  }

  added(event) {
    if (event.detail.formsetName !== this.prefix) {
      return;
    }
    const { width, height } = this;
    const middle = { x1: width * 0.35, y1: height * 0.35, x2: width * 0.65, y2: height * 0.65 };
    this.selected = this.count - 1;
    this.write(this.selected, this.drawn ?? middle);
    this.drawn = null;
  }

  // Drawing

  get scale() {
    return this.svg.getScreenCTM().a;
  }

  draw() {
    const focused = document.activeElement?.dataset?.index;
    this.layer.replaceChildren();
    const rows = this.rows();
    const others = rows.filter((index) => index !== this.selected);
    others.forEach((index) => this.drawBox(index));
    if (rows.includes(this.selected)) {
      this.drawBox(this.selected);
      this.drawHandles(this.selected);
    }
    for (let index = 0; index < this.count; index += 1) {
      this.row(index)?.classList.toggle("outfit-selected-row", index === this.selected);
    }
    this.root.querySelector("[data-edit=undo]").disabled = !this.history.length;
    this.showSelected(rows.includes(this.selected) ? this.selected : null);
    this.layer.querySelector(`[data-index="${focused}"]`)?.focus({ preventScroll: true });
  }

  showSelected(index) {
    const bar = this.root.querySelector(".outfit-editor-selected");
    bar.hidden = index === null;
    if (index !== null) {
      bar.querySelector("output").textContent = this.describe(index);
      const found = this.foundBox(index);
      const box = this.box(index);
      bar.querySelector("[data-edit=reset]").disabled = !found || SIDES.every((side) => found[side] === box[side]);
    }
  }

  drawBox(index) {
    const { x1, y1, x2, y2 } = this.box(index);
    if (x2 <= x1 || y2 <= y1) {
      return;
    }
    const body = this.rectangle("outfit-box outfit-box--editable", x1, y1, x2 - x1, y2 - y1);
    body.classList.toggle("outfit-box--selected", index === this.selected);
    body.setAttribute("tabindex", "0");
    body.setAttribute("role", "button");
    body.setAttribute("aria-label", `${this.describe(index)} (${Math.round(x1)}, ${Math.round(y1)}, ${Math.round(x2)}, ${Math.round(y2)})`);
    body.setAttribute("aria-describedby", `${this.prefix}-editor-help`);
    body.dataset.index = index;
    body.addEventListener("focus", () => index !== this.selected && this.select(index));
    body.addEventListener("keydown", (event) => this.pressed(event, index));
    body.addEventListener("keyup", () => (this.isPressing = false));
    body.addEventListener("pointerdown", (event) => this.drag(event, index, SIDES));
  }

  drawHandles(index) {
    const box = this.box(index);
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
      this.write(index, this.moved(this.box(index), sides, step[0] * length, step[1] * length));
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
    const box = this.box(index);
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
      dx = Math.min(Math.max(dx, -box.x1), this.width - box.x2);
      dy = Math.min(Math.max(dy, -box.y1), this.height - box.y2);
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
  // those who may only look have no such fields
  if (document.querySelector(`[name="${root.dataset.hotspots}-__prefix__-x1"], [name="${root.dataset.hotspots}-0-x1"]`)) {
    new Editor(root);
  }
}
