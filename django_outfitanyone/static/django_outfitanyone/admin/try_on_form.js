// Updates price, options and matrix whenever the form of a request or a move changes; without this script a button recalculates it.
"use strict";

const form = document.getElementById("outfit-order");
const summary = document.getElementById("outfit-summary");
const recalculate = document.getElementById("outfit-recalculate");
const makeButton = document.getElementById("outfit-make");
const DELAY = 250; // milliseconds
/** What the server sends anew, the least first: only the price, also options and matrix, also the pictures to choose from. */
const PARTS = ["cells", "1", "filter"];

let timer;
let running;
let parts = 0;

async function update() {
  running?.abort();
  running = new AbortController();
  const data = new FormData(form);
  data.set("_summary", PARTS[parts]);
  try {
    const response = await fetch(form.action, { method: "POST", body: data, signal: running.signal });
    if (!response.ok || response.redirected) {
      throw new Error(response.statusText);
    }
    show(await response.text());
    parts = 0;
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
  labelButtons();
}

/** Replace what has changed, keep the focus on the same input and the matrix where it was scrolled to. */
function replace(shown, part) {
  if (shown.innerHTML === part.innerHTML) {
    return;
  }
  const focused = shown.contains(document.activeElement) ? document.activeElement.id : "";
  const { scrollLeft, scrollTop } = shown.querySelector(".outfit-matrix") ?? shown;
  shown.replaceChildren(...part.childNodes);
  (shown.querySelector(".outfit-matrix") ?? shown).scrollTo(scrollLeft, scrollTop);
  document.getElementById(focused)?.focus({ preventScroll: true });
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

function updateSoon(changed) {
  const isCell = changed.closest?.("#outfit-matrix");
  const isFilter = changed.closest?.(".outfit-filter");
  parts = Math.max(parts, isFilter ? 2 : isCell ? 0 : 1);
  withdrawPrice();
  timer = setTimeout(update, DELAY);
}

function boxesOf(button) {
  return [...document.querySelectorAll(`#${button.dataset.select} input:not(:disabled)`)];
}

const selectButtons = [...document.querySelectorAll(".outfit-select-all")];

/** Each button says what it does now; without boxes there is none. */
function labelButtons() {
  for (const button of selectButtons) {
    const boxes = boxesOf(button);
    button.hidden = boxes.length === 0;
    button.textContent = boxes.every((box) => box.checked) ? button.dataset.none : button.dataset.all;
  }
}

for (const button of selectButtons) {
  button.dataset.all = button.textContent;
  button.addEventListener("click", () => {
    const boxes = boxesOf(button);
    const checked = !boxes.every((box) => box.checked);
    boxes.forEach((box) => (box.checked = checked));
    form.dispatchEvent(new Event("change"));
  });
}
form.addEventListener("change", labelButtons);
labelButtons();

/** Switch the boxes of a row or a column, as the server does without this script. */
function toggle(button) {
  const isRow = button.name === "_row";
  const own = isRow ? `input[name="cell-${button.value}"]` : `input[name^="cell-"][value="${button.value}"]`;
  const boxes = [...document.querySelectorAll(`#outfit-matrix ${own}`)];
  if (boxes[0]?.type !== "radio") {
    const checked = !boxes.every((box) => box.checked);
    boxes.forEach((box) => (box.checked = checked));
  } else if (isRow && boxes.some((box) => box.checked)) {
    boxes.forEach((box) => (box.checked = false));
  } else {
    boxes.slice(0, isRow ? 1 : undefined).forEach((box) => (box.checked = true));
  }
}

form.addEventListener("click", (event) => {
  const button = event.target.closest(".outfit-toggle");
  if (button) {
    event.preventDefault();
    toggle(button);
    updateSoon(button);
  }
});

for (const button of [recalculate, ...document.querySelectorAll(".outfit-no-script")]) {
  button.hidden = true;
}
form.addEventListener("change", (event) => updateSoon(event.target));
form.addEventListener("input", (event) => {
  if (event.target.matches(".outfit-filter input")) {
    updateSoon(event.target);
  }
});
// A page restored from the browser's history may show a price that does not match its choices.
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    withdrawPrice();
    parts = PARTS.length - 1;
    update();
  }
});
