// Looks every other second for pictures that have come in, and replaces just their cards.
"use strict";

const page = document.getElementById("outfit-batch");
const SOON = 2000;
const LATER = 15000;

let timer;

function openCards() {
  return [...page.querySelectorAll("[data-open]:not(#outfit-progress)")];
}

function isFinished() {
  return document.getElementById("outfit-progress").dataset.open === "0";
}

/** Puts the new element in the old one's place; what had the focus keeps it. */
function replace(old, fresh) {
  if (old.dataset.version === fresh.dataset.version) {
    return;
  }
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(fresh);
  if (focused) {
    (document.getElementById(focused) || fresh.querySelector("a, button"))?.focus({ preventScroll: true });
  }
}

function show(fragment) {
  const line = document.getElementById("outfit-progress");
  const text = fragment.getElementById("outfit-progress");
  if (line.textContent !== text.textContent) {
    line.textContent = text.textContent; // the line stays, so that screen readers announce it
  }
  line.dataset.open = text.dataset.open;
  document.getElementById("outfit-progress-bar").value = fragment.getElementById("outfit-progress-bar").value;
  document.getElementById("outfit-cost").textContent = fragment.getElementById("outfit-cost").textContent;
  replace(document.getElementById("outfit-for-all"), fragment.getElementById("outfit-for-all"));
  for (const fresh of fragment.querySelectorAll(".outfit-result")) {
    const old = document.getElementById(fresh.id);
    if (old) {
      replace(old, fresh);
    }
  }
}

async function look() {
  clearTimeout(timer);
  const address = new URL(page.dataset.fragment, location.href);
  openCards().forEach((card) => address.searchParams.append("card", card.dataset.open));
  let wait = document.hidden ? LATER : SOON;
  try {
    const response = await fetch(address);
    if (!response.ok || response.redirected) {
      throw new Error(response.statusText);
    }
    show(new DOMParser().parseFromString(await response.text(), "text/html"));
  } catch {
    wait = LATER; // the connection comes back, or it does not
  }
  if (!isFinished()) {
    timer = setTimeout(look, wait);
  }
}

if (!isFinished()) {
  timer = setTimeout(look, SOON);
  document.addEventListener("visibilitychange", () => document.hidden || isFinished() || look());
}
