// Says that hotspots have changed, and warns before the page is left without saving them.
"use strict";

class UnsavedHotspots {
  constructor(formset, notice) {
    this.formset = formset;
    this.notice = notice;
    this.saved = formset.hasErrors ? null : formset.state();
    this.isSaving = false;
    // a button with an address of its own does something else and would lose the changes
    notice.closest("form")?.addEventListener("submit", (event) => {
      this.isSaving = !event.submitter?.hasAttribute("formaction");
    });
    addEventListener("pageshow", () => (this.isSaving = false)); // back after a failed request
    addEventListener("beforeunload", (event) => this.isUnsaved && !this.isSaving && event.preventDefault());
    this.refresh();
  }

  get isUnsaved() {
    return this.formset.state() !== this.saved;
  }

  refresh() {
    this.notice.hidden = !this.isUnsaved;
  }
}
