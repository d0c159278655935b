// Updates the price whenever the form changes; without this script a button recalculates it.
"use strict";

const form = document.getElementById("outfit-order");
const summary = document.getElementById("outfit-summary");
const recalculate = document.getElementById("outfit-recalculate");
const makeButton = document.getElementById("outfit-make");
const DELAY = 250; // milliseconds

let timer;
let running;

async function update() {
  running?.abort();
  running = new AbortController();
  const data = new FormData(form);
  data.set("_summary", "1");
  try {
    const response = await fetch(form.action, { method: "POST", body: data, signal: running.signal });
    if (!response.ok || response.redirected) {
      throw new Error(response.statusText);
    }
    summary.innerHTML = await response.text();
    showLabel(summary.querySelector("[data-label]"));
    recalculate.hidden = true;
  } catch (error) {
    if (error.name !== "AbortError") {
      recalculate.hidden = false;
    }
  }
}

/** The button names the price only while that price is up to date. */
function showLabel(priced) {
  makeButton.textContent = (priced ?? makeButton).dataset.label;
}

function boxesOf(button) {
  return [...document.querySelectorAll(`#${button.dataset.select} input`)];
}

for (const button of document.querySelectorAll(".outfit-select-all")) {
  const all = button.textContent;
  const label = () => {
    button.textContent = boxesOf(button).every((box) => box.checked) ? button.dataset.none : all;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const boxes = boxesOf(button);
    const checked = !boxes.every((box) => box.checked);
    boxes.forEach((box) => (box.checked = checked));
    form.dispatchEvent(new Event("change"));
  });
  form.addEventListener("change", label);
  label();
}

recalculate.hidden = true;
form.addEventListener("change", () => {
  showLabel(null);
  clearTimeout(timer);
  timer = setTimeout(update, DELAY);
});
// A page restored from the browser's history may show a price that does not match its choices.
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    showLabel(null);
    update();
  }
});
