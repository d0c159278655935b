// Keeps the price up to date while the form is filled in; without it a button recalculates.
"use strict";

const form = document.getElementById("outfit-order");
const summary = document.getElementById("outfit-summary");
const recalculate = document.getElementById("outfit-recalculate");
const PAUSE = 250;

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
    recalculate.hidden = true;
  } catch (error) {
    if (error.name !== "AbortError") {
      recalculate.hidden = false;
    }
  }
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
  clearTimeout(timer);
  timer = setTimeout(update, PAUSE);
});
// A page that comes back from the browser's history may show older choices than its price.
addEventListener("pageshow", (event) => event.persisted && update());
