// The popover beside a box: its product in one click, and what else can be done with the hotspot.
"use strict";

const GAP = 8; // CSS pixels between box, popover and the edge of the window
const SHEET = matchMedia("(max-width: 639px)"); // there it is a sheet at the bottom, as in admin.css

class HotspotPopover {
  /** `choose` is called with the index, and value and title of a product from the list of all. */
  constructor(editor, choose) {
    this.editor = editor;
    this.choose = choose;
    this.element = editor.root.querySelector(".outfit-popover");
    this.others = this.element.querySelector(".outfit-popover-others");
    this.others.hidden = true;
    this.buttons = Array.from(this.element.querySelectorAll("[data-product]"));
    for (const button of this.buttons.filter((one) => one.dataset.product)) {
      // where the form has an input for the id, only this list knows the title
      editor.formset.titles[button.dataset.product] = button.querySelector("span").textContent;
    }
    this.index = null;
    this.element.addEventListener("keydown", (event) => this.handleKey(event), true);
    document.addEventListener("pointerdown", (event) => this.closeUnlessWithin(event.target));
    document.addEventListener("focusin", (event) => this.closeUnlessWithin(event.target));
    addEventListener("scroll", () => this.place(), { capture: true, passive: true });
    addEventListener("resize", () => this.place());
  }

  get isOpen() {
    return this.index !== null;
  }

  get box() {
    return this.editor.canvas.box(this.index);
  }

  get focusable() {
    const all = this.element.querySelectorAll("button:not(:disabled), .select2-selection");
    return Array.from(all).filter((one) => one.checkVisibility());
  }

  open(index, { takesFocus = false } = {}) {
    if (!this.editor.canvas.box(index)) {
      return; // its values make no box, so there is nothing to be beside of
    }
    this.index = index;
    this.offerAllProducts();
    this.element.showPopover();
    this.editor.draw();
    this.showBoxAboveSheet();
    if (takesFocus) {
      (this.element.querySelector("[aria-pressed=true]") ?? this.focusable[0]).focus();
    }
  }

  close({ returnsFocus = false } = {}) {
    if (!this.isOpen) {
      return;
    }
    const index = this.index;
    this.index = null;
    this.element.hidePopover();
    this.editor.draw();
    if (returnsFocus) {
      this.editor.canvas.focus(index, { preventScroll: true });
    }
  }

  closeUnlessWithin(target) {
    if (this.isOpen && !this.element.contains(target) && Number(target.dataset?.index) !== this.index) {
      this.close();
    }
  }

  handleKey(event) {
    if (event.key === "Escape" && !this.element.querySelector(".select2-container--open")) {
      event.preventDefault();
      this.close({ returnsFocus: true });
    } else if (event.key === "Tab" && event.shiftKey && document.activeElement === this.focusable[0]) {
      event.preventDefault();
      this.box.focus();
    }
  }

  /** Shows the present values of the hotspot, at the present place of its box. */
  refresh() {
    if (!this.isOpen) {
      return;
    }
    if (!this.box) {
      this.close();
      return;
    }
    const { formset } = this.editor;
    this.element.querySelector("output").textContent = formset.describe(this.index);
    for (const button of this.buttons) {
      button.setAttribute("aria-pressed", button.dataset.product === formset.product(this.index).value);
    }
    const [detected, box] = [formset.detectedBox(this.index), formset.box(this.index)];
    const isReset = !detected || SIDES.every((side) => detected[side] === box[side]);
    this.element.querySelector("[data-edit=reset]").disabled = isReset;
    this.place();
  }

  /** Beside the box, where the window has the room for it. */
  place() {
    if (!this.isOpen || !this.box) {
      return;
    }
    if (SHEET.matches) {
      this.element.style.removeProperty("left");
      this.element.style.removeProperty("top");
      return;
    }
    const box = this.box.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const [right, bottom] = [document.documentElement.clientWidth - GAP - width, innerHeight - GAP - height];
    const [after, before] = [box.right + GAP, box.left - GAP - width];
    const left = after > right && before >= GAP ? before : Math.min(after, right);
    this.element.style.left = `${Math.max(GAP, left)}px`;
    this.element.style.top = `${Math.max(GAP, Math.min(box.top, bottom))}px`;
  }

  showBoxAboveSheet() {
    const [box, sheet] = [this.box.getBoundingClientRect(), this.element.getBoundingClientRect()];
    if (SHEET.matches && box.bottom > sheet.top) {
      const room = Math.max(sheet.top - box.height, GAP);
      scrollBy({ top: box.top - Math.min(room, box.top), behavior: "instant" });
    }
  }

  // The list of all products: Django's autocomplete, as in the form

  offerAllProducts() {
    const own = this.editor.formset.input(this.index, "product");
    const jQuery = window.django?.jQuery;
    if (!own?.matches("select.admin-autocomplete") || !jQuery?.fn.djangoAdminSelect2) {
      return;
    }
    if (this.others.hidden) {
      this.others.hidden = false;
      // made only now, as some themes turn each list of the page into one of theirs
      const select = this.others.appendChild(document.createElement("select"));
      select.id = this.others.querySelector("label").htmlFor;
      Object.entries(own.dataset).forEach(([name, value]) => name !== "select2Id" && (select.dataset[name] = value));
      select.dataset.dropdownParent = `#${this.element.id}`;
      jQuery(select).djangoAdminSelect2();
      jQuery(select).on("select2:select select2:clear", () => this.chooseSelected(select));
    }
    const select = this.others.querySelector("select");
    select.replaceChildren(new Option("", ""), ...Array.from(own.selectedOptions, (one) => one.cloneNode(true)));
    select.value = own.value;
    jQuery(select).trigger("change.select2");
  }

  chooseSelected(select) {
    const title = select.selectedOptions[0]?.text ?? "";
    // after the autocomplete has moved the focus by itself
    setTimeout(() => this.isOpen && this.choose(this.index, { value: select.value, title }));
  }
}
