// New hotspots: drawn over the picture, or added in its middle by keyboard.
"use strict";

const MIN_BOX = 8; // CSS pixels; a smaller box is a click

class HotspotDrawing {
  constructor(editor) {
    this.editor = editor;
    this.root = editor.root;
    this.button = editor.root.querySelector("[data-edit=draw]");
    this.showButton();
    // Django's own script adds the link for another form, which may be much later
    const observer = new MutationObserver(() => this.showButton());
    observer.observe(editor.formset.group ?? this.root, { childList: true, subtree: true });
    editor.canvas.svg.addEventListener("pointerdown", (event) => this.startsWith(event) && this.follow(event));
    document.addEventListener("formset:added", (event) => this.handleAdded(event));
  }

  get isOffered() {
    return Boolean(this.editor.formset.addLink);
  }

  get isOn() {
    return this.root.hasAttribute("data-drawing");
  }

  showButton() {
    this.button.hidden = !this.isOffered;
  }

  switch(isOn) {
    this.root.toggleAttribute("data-drawing", isOn);
    this.button.setAttribute("aria-pressed", isOn);
  }

  /** A mouse draws on any empty place; a finger scrolls the page unless “Draw a hotspot” is on. */
  startsWith(event) {
    const isEmpty = !event.target.closest(".outfit-box, .outfit-grip");
    return this.isOffered && event.button === 0 && ((isEmpty && event.pointerType === "mouse") || this.isOn);
  }

  follow(event) {
    event.preventDefault();
    const { canvas } = this.editor;
    const start = canvas.point(event);
    const band = canvas.rectangle("outfit-box outfit-band", start.x, start.y, 0, 0);
    let box = null;
    canvas.follow(event, (now) => {
      box = {
        x1: Math.min(start.x, now.x), y1: Math.min(start.y, now.y),
        x2: Math.max(start.x, now.x), y2: Math.max(start.y, now.y),
      };
      canvas.place(band, box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1);
    }, () => {
      band.remove();
      const least = MIN_BOX / canvas.scale;
      if (box && box.x2 - box.x1 >= least && box.y2 - box.y1 >= least) {
        this.switch(false);
        this.add(box);
        this.editor.popover.open(this.editor.selected);
      }
    });
  }

  get middle() {
    const { width, height } = this.editor.formset;
    return { x1: width * 0.35, y1: height * 0.35, x2: width * 0.65, y2: height * 0.65 };
  }

  addInTheMiddle() {
    this.add(this.middle);
  }

  add(box) {
    this.editor.remember();
    this.isAdding = true; // the event of this form needs no answer; not every theme sends it
    if (this.editor.formset.add()) {
      this.show(box);
      this.editor.canvas.focus(this.editor.selected, { preventScroll: true });
    }
    this.isAdding = false;
  }

  handleAdded(event) {
    if (event.detail?.formsetName === this.editor.formset.prefix && !this.isAdding) {
      this.show(this.middle);
    }
  }

  show(box) {
    this.editor.selected = this.editor.formset.count - 1;
    this.editor.write(this.editor.selected, box);
  }
}
