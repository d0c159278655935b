// The hotspots of the form, as the editor over the picture reads and changes them.
"use strict";

const SIDES = ["x1", "y1", "x2", "y2"];

class HotspotRows {
  constructor(prefix, { width, height, label }) {
    Object.assign(this, { prefix, width, height, label });
  }

  get count() {
    return Number(document.getElementById(`id_${this.prefix}-TOTAL_FORMS`).value);
  }

  /** Whether the people at the form may change anything. */
  get canBeChanged() {
    return Boolean(this.input("__prefix__", "x1") ?? this.input(0, "x1"));
  }

  input(index, name) {
    return document.querySelector(`[name="${this.prefix}-${index}-${name}"]`);
  }

  owns(input) {
    return Boolean(input.name?.startsWith(`${this.prefix}-`));
  }

  element(index) {
    return document.getElementById(`${this.prefix}-${index}`);
  }

  /** Indexes of the hotspots that are there and not marked for deletion. */
  indexes() {
    const all = Array.from({ length: this.count }, (_, index) => index);
    return all.filter((index) => this.input(index, "x1") && !this.input(index, "DELETE")?.checked);
  }

  indexOf(element) {
    const id = element.closest?.(".inline-related")?.id ?? "";
    const number = id.startsWith(`${this.prefix}-`) ? id.slice(this.prefix.length + 1) : "";
    return /^\d+$/.test(number) ? Number(number) : null;
  }

  box(index) {
    return Object.fromEntries(SIDES.map((side) => [side, Number(this.input(index, side).value)]));
  }

  /** The box of the last search, where there was one. */
  foundBox(index) {
    const text = this.input(index, "reset")?.dataset.box;
    const numbers = text ? text.split(" ").map(Number) : null;
    return numbers && Object.fromEntries(SIDES.map((side, place) => [side, numbers[place]]));
  }

  /** Keeps the box in the picture; \`found\` says that it is the one of the search. */
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
  }

  /** In words: "Hotspot 2 · lower · Straight jeans". */
  describe(index) {
    const area = this.input(index, "clothes_type")?.selectedOptions?.[0];
    const product = this.input(index, "product");
    const title = product?.selectedOptions?.[0]?.text ?? product?.value ?? "";
    const parts = [`${this.label} ${index + 1}`, area?.value && area.text, title];
    return parts.filter((part) => part?.trim()).join(" · ");
  }

  /** Presses the form's own link for one more; "formset:added" tells when it is there. */
  add() {
    document.querySelector(`#${this.prefix}-group .add-row a`)?.click();
  }

  /** True when the row has left the form, false when it is marked for deletion. */
  remove(index) {
    const link = this.element(index).querySelector(".inline-deletelink");
    const marked = this.input(index, "DELETE");
    if (link) {
      link.click();
    } else if (marked) {
      marked.checked = true;
    }
    return Boolean(link);
  }

  /** All that undo brings back, as text. */
  snapshot() {
    const rows = this.indexes().map((index) => ({
      index, box: this.box(index), found: Boolean(this.input(index, "reset")?.checked),
    }));
    return JSON.stringify({ count: this.count, rows });
  }

  /** Back to a snapshot; rows added since then go. */
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
    rows.filter((row) => row.index < this.count).forEach((row) => this.write(row.index, row.box, row));
  }

  /** Puts the focus on the field for the product. */
  chooseProduct(index) {
    const product = this.input(index, "product");
    const shown = this.element(index).querySelector(".field-product .select2-selection") ?? product;
    shown?.scrollIntoView({ block: "center" });
    shown?.focus({ preventScroll: true });
  }
}
