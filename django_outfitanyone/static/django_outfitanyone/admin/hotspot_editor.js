// The hotspot editor: draws, moves and resizes the boxes over the picture. The formset below it
// (hotspot_formset.js) holds the values; every change can also be made by typing there.
"use strict";

const ARROW_STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const MIN_BOX = 8; // CSS pixels; a smaller drag is a click

class HotspotEditor {
  constructor(root, formset) {
    this.root = root;
    this.formset = formset;
    this.canvas = new HotspotCanvas(root.querySelector("svg"));
    this.history = [];
    this.selected = formset.indexes()[0] ?? null;
    root.querySelectorAll("[hidden]").forEach((part) => (part.hidden = false));
    this.showDrawButton();
    // Django's own script adds the link for another form, which may be much later
    const observer = new MutationObserver(() => this.showDrawButton());
    observer.observe(formset.group ?? root, { childList: true, subtree: true });
    root.addEventListener("click", (event) => this.handleClick(event));
    root.addEventListener("keydown", (event) => this.handleUndoKey(event));
    this.canvas.svg.addEventListener("pointerdown", (event) => this.startsDrawing(event) && this.drawNew(event));
    document.addEventListener("formset:added", (event) => this.handleAdded(event));
    document.addEventListener("formset:removed", () => this.draw());
    for (const kind of ["input", "change"]) {
      document.addEventListener(kind, (event) => this.handleInput(event));
    }
    // Django's autocomplete reports its changes through jQuery only
    window.django?.jQuery?.(document).on("change", (event) => this.handleInput(event));
    document.addEventListener("focusin", (event) => this.handleFocus(event));
    new ResizeObserver(() => this.draw()).observe(this.canvas.svg);
  }

  // Undo

  remember() {
    const state = this.formset.snapshot();
    if (this.history.at(-1) !== state) {
      this.history.push(state);
    }
  }

  undo() {
    const state = this.history.pop();
    if (state) {
      this.formset.restore(state);
      const indexes = this.formset.indexes();
      this.select(indexes.includes(this.selected) ? this.selected : (indexes[0] ?? null));
    }
  }

  handleUndoKey(event) {
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
      event.preventDefault();
      this.undo();
    }
  }

  // Toolbar buttons and changes in the formset

  handleClick(event) {
    const action = event.target.closest("[data-edit]")?.dataset.edit;
    if (action === "draw") {
      // a click by keyboard adds a box in the middle, which arrow keys can move
      event.detail === 0 ? this.addInTheMiddle() : this.setDrawing(!this.root.hasAttribute("data-drawing"));
    } else if (action === "undo") {
      this.undo();
    } else if (action && this.selected !== null) {
      this[action](this.selected);
    }
  }

  /** Restores the box that the last parse detected. */
  reset(index) {
    const detected = this.formset.detectedBox(index);
    if (detected) {
      this.remember();
      this.write(index, detected, { isReset: true });
    }
  }

  remove(index) {
    this.remember();
    if (this.formset.remove(index)) {
      this.history = []; // the forms have new indexes, which no snapshot fits
    }
    this.select(this.formset.indexes()[0] ?? null);
  }

  choose(index) {
    this.formset.focusProduct(index);
  }

  write(index, box, options) {
    this.formset.write(index, box, options);
    this.draw();
  }

  select(index) {
    this.selected = index;
    this.draw();
  }

  handleInput(event) {
    if (!this.formset.owns(event.target)) {
      return;
    }
    const index = this.formset.indexOf(event.target);
    const isReset = event.target.name.endsWith("-reset") && event.target.checked;
    const detected = isReset && this.formset.detectedBox(index);
    if (detected) {
      this.formset.write(index, detected, { isReset: true });
    }
    this.draw();
  }

  handleFocus(event) {
    const index = this.formset.indexOf(event.target);
    if (index !== null && index !== this.selected) {
      this.select(index);
    }
  }

  // New hotspots

  showDrawButton() {
    this.root.querySelector("[data-edit=draw]").hidden = !this.formset.addLink;
  }

  setDrawing(isOn) {
    this.root.toggleAttribute("data-drawing", isOn);
    this.root.querySelector("[data-edit=draw]").setAttribute("aria-pressed", isOn);
  }

  /** A mouse draws on any empty place; a finger scrolls the page unless “Draw a hotspot” is on. */
  startsDrawing(event) {
    if (!this.formset.addLink) {
      return false;
    }
    const isEmpty = !event.target.closest(".outfit-box, .outfit-grip");
    return event.button === 0 && ((isEmpty && event.pointerType === "mouse") || this.root.hasAttribute("data-drawing"));
  }

  drawNew(event) {
    event.preventDefault();
    const start = this.canvas.point(event);
    const band = this.canvas.rectangle("outfit-box outfit-band", start.x, start.y, 0, 0);
    let box = null;
    this.canvas.follow(event, (now) => {
      box = {
        x1: Math.min(start.x, now.x), y1: Math.min(start.y, now.y),
        x2: Math.max(start.x, now.x), y2: Math.max(start.y, now.y),
      };
      this.canvas.place(band, box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1);
    }, () => {
      band.remove();
      const least = MIN_BOX / this.canvas.scale;
      if (box && box.x2 - box.x1 >= least && box.y2 - box.y1 >= least) {
        this.setDrawing(false);
        this.add(box);
      }
    });
  }

  get middle() {
    const { width, height } = this.formset;
    return { x1: width * 0.35, y1: height * 0.35, x2: width * 0.65, y2: height * 0.65 };
  }

  addInTheMiddle() {
    this.add(this.middle);
    this.canvas.focus(this.selected);
  }

  add(box) {
    this.remember();
    this.isAdding = true; // the event of this form needs no answer; not every theme sends it
    if (this.formset.add()) {
      this.showNew(box);
    }
    this.isAdding = false;
  }

  handleAdded(event) {
    if (event.detail?.formsetName === this.formset.prefix && !this.isAdding) {
      this.showNew(this.middle);
    }
  }

  showNew(box) {
    this.selected = this.formset.count - 1;
    this.write(this.selected, box);
  }

  // Drawing all boxes

  draw() {
    const focused = document.activeElement?.dataset?.index;
    this.canvas.clear();
    const indexes = this.formset.indexes();
    const others = indexes.filter((index) => index !== this.selected);
    others.forEach((index) => this.drawBox(index));
    if (indexes.includes(this.selected)) {
      this.drawBox(this.selected);
      this.canvas.drawHandles(this.formset.box(this.selected), (grip, corner) => {
        const index = this.selected;
        grip.addEventListener("pointerdown", (event) => this.drag(event, index, corner));
      });
    }
    for (let index = 0; index < this.formset.count; index += 1) {
      this.formset.element(index)?.classList.toggle("outfit-selected-row", index === this.selected);
    }
    this.root.querySelector("[data-edit=undo]").disabled = !this.history.length;
    this.showSelected(indexes.includes(this.selected) ? this.selected : null);
    this.canvas.focus(focused, { preventScroll: true });
  }

  showSelected(index) {
    const bar = this.root.querySelector(".outfit-editor-selected");
    bar.hidden = index === null;
    if (index !== null) {
      bar.querySelector("output").textContent = this.formset.describe(index);
      const [detected, box] = [this.formset.detectedBox(index), this.formset.box(index)];
      const isReset = !detected || SIDES.every((side) => detected[side] === box[side]);
      bar.querySelector("[data-edit=reset]").disabled = isReset;
    }
  }

  drawBox(index) {
    const { x1, y1, x2, y2 } = this.formset.box(index);
    if (x2 <= x1 || y2 <= y1) {
      return;
    }
    const element = this.canvas.rectangle("outfit-box outfit-box--editable", x1, y1, x2 - x1, y2 - y1);
    element.classList.toggle("outfit-box--selected", index === this.selected);
    element.setAttribute("tabindex", "0");
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", `${this.formset.describe(index)} (${Math.round(x1)}, ${Math.round(y1)}, ${Math.round(x2)}, ${Math.round(y2)})`);
    element.setAttribute("aria-describedby", `${this.formset.prefix}-editor-help`);
    element.dataset.index = index;
    element.addEventListener("focus", () => index !== this.selected && this.select(index));
    element.addEventListener("keydown", (event) => this.handleBoxKey(event, index));
    element.addEventListener("keyup", () => (this.isKeyDown = false));
    element.addEventListener("pointerdown", (event) => this.drag(event, index, SIDES));
  }

  // Moving and resizing

  handleBoxKey(event, index) {
    const step = ARROW_STEPS[event.key];
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.choose(index);
    } else if (event.key === "Delete") {
      event.preventDefault();
      this.remove(index);
    } else if (step) {
      event.preventDefault();
      if (!this.isKeyDown) {
        this.remember();
      }
      this.isKeyDown = true;
      const length = event.ctrlKey || event.metaKey ? 10 : 1;
      const sides = event.shiftKey ? ["x2", "y2"] : SIDES;
      this.write(index, movedBox(this.formset.box(index), sides, step[0] * length, step[1] * length, this.formset));
    }
  }

  drag(event, index, sides) {
    if (event.button !== 0 || this.root.hasAttribute("data-drawing")) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this.select(index);
    this.canvas.focus(index, { preventScroll: true });
    const start = this.canvas.point(event);
    const box = this.formset.box(index);
    let isMoving = false;
    this.canvas.follow(event, (now) => {
      if (!isMoving) {
        this.remember();
      }
      isMoving = true;
      this.write(index, movedBox(box, sides, now.x - start.x, now.y - start.y, this.formset));
    });
  }
}

for (const root of document.querySelectorAll(".outfit-editor")) {
  const { width, height } = root.querySelector("svg").viewBox.baseVal;
  const formset = new HotspotFormset(root.dataset.hotspots, { width, height, label: root.dataset.label });
  if (formset.isEditable) {
    new HotspotEditor(root, formset);
  }
}
