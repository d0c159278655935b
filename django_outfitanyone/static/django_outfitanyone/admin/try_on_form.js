// Updates price and options whenever the form of a request or a move changes; without this script a button recalculates it.
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
    show(await response.text());
    recalculate.hidden = true;
  } catch (error) {
    if (error.name !== "AbortError") {
      recalculate.hidden = false;
    }
  }
}

/** Show the new summary, and the options that the chosen engine has. */
function show(html) {
  const answer = document.createElement("template");
  answer.innerHTML = html;
  for (const part of answer.content.querySelectorAll("[data-for]")) {
    replace(document.getElementById(part.dataset.for), part);
    part.remove();
  }
  summary.replaceChildren(answer.content);
  summary.removeAttribute("aria-busy");
  makeButton.textContent = (summary.querySelector("[data-label]") ?? makeButton).dataset.label;
  makeButton.disabled = summary.querySelector("[data-disabled]") !== null;
}

/** Replace what has changed, and keep the focus on the same input. */
function replace(shown, part) {
  if (shown.innerHTML === part.innerHTML) {
    return;
  }
  const focused = shown.contains(document.activeElement) ? document.activeElement.id : "";
  shown.replaceChildren(...part.childNodes);
  document.getElementById(focused)?.focus();
}

/** A price that does not match the choices has no button that accepts it. */
function withdrawPrice() {
  running?.abort();
  clearTimeout(timer);
  summary.setAttribute("aria-busy", "true");
  summary.querySelector(".outfit-question")?.remove();
  makeButton.textContent = makeButton.dataset.label;
  makeButton.disabled = true;
  makeButton.hidden = false;
}

function boxesOf(button) {
  return [...document.querySelectorAll(`#${button.dataset.select} input:not(:disabled)`)];
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
  withdrawPrice();
  timer = setTimeout(update, DELAY);
});
// A page restored from the browser's history may show a price that does not match its choices.
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    withdrawPrice();
    update();
  }
});
