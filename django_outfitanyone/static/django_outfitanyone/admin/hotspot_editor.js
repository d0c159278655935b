// The hotspot editor: shows, moves and resizes the boxes over the picture. The formset below it
// (hotspot_formset.js) holds the values; every change can also be made by typing there.
"use strict";

const ARROW_STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const MIN_DRAG = 4; // CSS pixels; a shorter drag is a click

class HotspotEditor {
  constructor(root, formset) {
    this.root = root;
    this.formset = formset;
    this.canvas = new HotspotCanvas(root.querySelector("svg"));
    this.history = [];
    this.selected = formset.indexes()[0] ?? null;
    root.querySelectorAll("[hidden]").forEach((part) => (part.hidden = false));
    this.popover = new HotspotPopover(this, (index, product) => this.setProduct(index, product));
    this.unsaved = new UnsavedHotspots(formset, root.querySelector(".outfit-unsaved"));
    this.drawing = new HotspotDrawing(this);
    root.addEventListener("click", (event) => this.handleClick(event));
    root.addEventListener("keydown", (event) => this.handleKey(event));
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

  handleKey(event) {
    const key = event.key.toLowerCase();
    const isModified = event.ctrlKey || event.metaKey || event.altKey;
    if (key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
      event.preventDefault();
      this.undo();
    } else if (key === "n" && !isModified && this.drawing.isOffered && !event.target.closest("input, select")) {
      event.preventDefault();
      this.drawing.addInTheMiddle();
    }
  }

  // Buttons and changes in the formset

  handleClick(event) {
    const button = event.target.closest("[data-edit]");
    const action = button?.dataset.edit;
    if (action === "draw") {
      // a click by keyboard adds a box in the middle, which arrow keys can move
      event.detail === 0 ? this.drawing.addInTheMiddle() : this.drawing.switch(!this.drawing.isOn);
    } else if (action === "undo") {
      this.undo();
    } else if (action && this.selected !== null) {
      this[action](this.selected, button);
    }
  }

  /** A product of the list in the popover; the last entry is none. */
  assign(index, button) {
    const title = button.querySelector("span").textContent;
    this.setProduct(index, { value: button.dataset.product, title });
  }

  setProduct(index, product) {
    this.remember();
    this.formset.setProduct(index, product.value ? product : { value: "", title: "" });
    this.popover.close({ returnsFocus: true });
  }

  /** Goes to the fields of the hotspot in the form. */
  fields(index) {
    this.popover.close();
    this.formset.focusProduct(index);
  }

  close() {
    this.popover.close({ returnsFocus: true });
  }

  /** Restores the box that the last parse detected. */
  reset(index) {
    const detected = this.formset.detectedBox(index);
    if (detected) {
      this.remember();
      this.write(index, detected, { isReset: true });
      this.close(); // the button is disabled now and would lose the focus
    }
  }

  remove(index) {
    this.remember();
    this.popover.close();
    if (this.formset.remove(index)) {
      this.history = []; // the forms have new indexes, which no snapshot fits
    }
    this.select(this.formset.indexes()[0] ?? null);
    (this.canvas.box(this.selected) ?? this.root.querySelector("[data-edit=draw]")).focus({ preventScroll: true });
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

  // Drawing all boxes

  draw() {
    const hasFocus = document.activeElement?.dataset?.index !== undefined;
    this.canvas.clear();
    const indexes = this.indexes;
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
    if (hasFocus) {
      this.canvas.focus(this.selected, { preventScroll: true });
    }
    this.popover.refresh();
    this.unsaved.refresh();
  }

  /** The hotspots whose values make a box. */
  get indexes() {
    return this.formset.indexes().filter((index) => {
      const { x1, y1, x2, y2 } = this.formset.box(index);
      return x2 > x1 && y2 > y1;
    });
  }

  drawBox(index) {
    const { x1, y1, x2, y2 } = this.formset.box(index);
    const stop = this.indexes.includes(this.selected) ? this.selected : this.indexes[0];
    const element = this.canvas.rectangle("outfit-box outfit-box--editable", x1, y1, x2 - x1, y2 - y1);
    element.classList.toggle("outfit-box--selected", index === this.selected);
    // Tab stops once for all boxes; from there handleTab() goes from box to box
    element.setAttribute("tabindex", index === stop ? "0" : "-1");
    element.setAttribute("role", "button");
    element.setAttribute("aria-haspopup", "dialog");
    element.setAttribute("aria-expanded", index === this.popover.index);
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
      this.popover.open(index, { takesFocus: true });
    } else if (event.key === "Tab") {
      this.handleTab(event, index);
    } else if (event.key === "Escape") {
      this.close();
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

  /** To the open popover, or to the box after or before this one; at the ends out of the picture. */
  handleTab(event, index) {
    const next = this.indexes[this.indexes.indexOf(index) + (event.shiftKey ? -1 : 1)];
    if (this.popover.isOpen && !event.shiftKey) {
      event.preventDefault();
      this.popover.focusable[0].focus();
    } else if (next !== undefined) {
      event.preventDefault();
      this.canvas.focus(next);
    }
  }

  drag(event, index, sides) {
    if (event.button !== 0 || this.drawing.isOn) {
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
      if (!isMoving && Math.hypot(now.x - start.x, now.y - start.y) * this.canvas.scale < MIN_DRAG) {
        return;
      }
      if (!isMoving) {
        this.remember();
        this.popover.close();
      }
      isMoving = true;
      this.write(index, movedBox(box, sides, now.x - start.x, now.y - start.y, this.formset));
    }, (last) => {
      if (!isMoving && last.type === "pointerup" && sides === SIDES) {
        this.popover.open(index);
      }
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
