// The formset of the hotspots, read and changed by the editor over the picture.
"use strict";

const SIDES = ["x1", "y1", "x2", "y2"];

class HotspotFormset {
  constructor(prefix, { width, height, label }) {
    Object.assign(this, { prefix, width, height, label });
    this.titles = {}; // of products that were chosen by their id
  }

  get count() {
    return Number(document.getElementById(`id_${this.prefix}-TOTAL_FORMS`).value);
  }

  /** Whether the page has inputs for hotspots, which it only has with permission to change them. */
  get isEditable() {
    return Boolean(this.input("__prefix__", "x1") ?? this.input(0, "x1"));
  }

  input(index, name) {
    return document.querySelector(`[name="${this.prefix}-${index}-${name}"]`);
  }

  owns(input) {
    return Boolean(input.name?.startsWith(`${this.prefix}-`));
  }

  /** The element around a form; admin themes name it differently. */
  element(index) {
    return document.getElementById(`${this.prefix}-${index}`)
      ?? document.getElementById(`${this.prefix}${index}`)
      ?? this.input(index, "x1")?.closest("fieldset");
  }

  /** Indexes of the forms that are not marked for deletion. */
  indexes() {
    const all = Array.from({ length: this.count }, (_, index) => index);
    return all.filter((index) => this.input(index, "x1") && !this.input(index, "DELETE")?.checked);
  }

  indexOf(element) {
    const index = this.indexes().find((number) => this.element(number)?.contains(element));
    return index ?? null;
  }

  box(index) {
    return Object.fromEntries(SIDES.map((side) => [side, Number(this.input(index, side).value)]));
  }

  /** The box that the last parse detected, if any. */
  detectedBox(index) {
    const text = this.input(index, "reset")?.dataset.box;
    const numbers = text ? text.split(" ").map(Number) : null;
    return numbers && Object.fromEntries(SIDES.map((side, place) => [side, numbers[place]]));
  }

  /** Writes the box, cut to the picture; `isReset` marks it as the detected box. */
  write(index, box, { isReset = false } = {}) {
    const limit = { x1: [0, this.width - 1], y1: [0, this.height - 1], x2: [1, this.width], y2: [1, this.height] };
    for (const side of SIDES) {
      const [least, most] = limit[side];
      this.input(index, side).value = Math.round(Math.min(Math.max(box[side], least), most));
    }
    const reset = this.input(index, "reset");
    if (reset) {
      reset.checked = isReset;
    }
  }

  /** For example "Hotspot 2 · lower · Straight jeans". */
  describe(index) {
    const area = this.input(index, "clothes_type")?.selectedOptions?.[0];
    const parts = [`${this.label} ${index + 1}`, area?.value && area.text, this.product(index).title];
    return parts.filter((part) => part?.trim()).join(" · ");
  }

  product(index) {
    const input = this.input(index, "product");
    const value = input?.value ?? "";
    return { value, title: input?.selectedOptions?.[0]?.text ?? this.titles[value] ?? value };
  }

  setProduct(index, { value, title }) {
    const input = this.input(index, "product");
    if (!input || input.value === value) {
      return;
    }
    this.titles[value] = title;
    if (input.options && !Array.from(input.options).some((option) => option.value === value)) {
      input.add(new Option(title, value));
    }
    input.value = value;
    input.dispatchEvent(new Event("change", { bubbles: true })); // for Django's autocomplete
  }

  /** The element around all forms. */
  get group() {
    return document.getElementById(`${this.prefix}-group`);
  }

  /** Django's link for another form, or that of an admin theme; themes may offer none. */
  get addLink() {
    const links = [".add-row a", "a.add-row", ".grp-add-handler"];
    return this.group?.querySelector(links.join());
  }

  /** Adds a form; returns whether there is one more. */
  add() {
    const before = this.count;
    this.addLink?.click();
    return this.count > before && Boolean(this.input(before, "x1"));
  }

  /** Returns true if the form is gone, false if it is marked for deletion. */
  remove(index) {
    const link = this.element(index).querySelector(".inline-deletelink, .grp-remove-handler, .delete-template");
    const marked = this.input(index, "DELETE");
    if (link) {
      link.click();
    } else if (marked) {
      marked.checked = true;
    }
    return Boolean(link);
  }

  /** The state that undo restores, as text. */
  snapshot() {
    const rows = this.indexes().map((index) => ({
      index, box: this.box(index), isReset: Boolean(this.input(index, "reset")?.checked),
      product: this.product(index),
    }));
    return JSON.stringify({ count: this.count, rows });
  }

  /** Restores a snapshot and removes the forms that were added after it. */
  restore(snapshot) {
    const { count, rows } = JSON.parse(snapshot);
    while (this.count > count) {
      this.remove(this.count - 1);
    }
    const kept = new Set(rows.map((row) => row.index));
    for (let index = 0; index < this.count; index += 1) {
      const marked = this.input(index, "DELETE");
      if (marked) {
        marked.checked = !kept.has(index);
      }
    }
    for (const row of rows.filter(({ index }) => index < this.count)) {
      this.write(row.index, row.box, row);
      this.setProduct(row.index, row.product);
    }
  }

  /** All values that a submit would send, as text. */
  state() {
    const inputs = document.querySelectorAll(`[name^="${this.prefix}-"]:not([name*="__prefix__"])`);
    return JSON.stringify(Array.from(inputs, (input) => [input.name, input.type === "checkbox" ? input.checked : input.value]));
  }

  /** Whether the server has refused what was sent. */
  get hasErrors() {
    return Boolean(this.group?.querySelector(".errorlist"));
  }

  /** Moves the focus to the product field. */
  focusProduct(index) {
    const tab = this.element(index).closest(".tab-pane[id]"); // of a theme that parts the form
    if (tab && !tab.checkVisibility()) {
      document.querySelector(`[href="#${CSS.escape(tab.id)}"]`)?.click();
    }
    const product = this.input(index, "product");
    const shown = this.element(index).querySelector(".field-product .select2-selection") ?? product;
    shown?.scrollIntoView({ block: "center" });
    shown?.focus({ preventScroll: true });
  }
}
