// Polls for changes of the batch and replaces the cards that changed.
"use strict";

const page = document.getElementById("outfit-batch");
const POLL_INTERVAL = 2000; // milliseconds
const SLOW_POLL_INTERVAL = 15000; // in a hidden tab, or after a failed request

let timer;

function openCards() {
  return [...page.querySelectorAll("[data-open]:not(#outfit-progress)")];
}

function isFinished() {
  return document.getElementById("outfit-progress").dataset.open === "0";
}

/** Replaces an element if its version changed, and keeps the keyboard focus. */
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
  const progress = document.getElementById("outfit-progress");
  const fresh = fragment.getElementById("outfit-progress");
  if (progress.textContent !== fresh.textContent) {
    progress.textContent = fresh.textContent; // the same element, so that screen readers announce the change
  }
  progress.dataset.open = fresh.dataset.open;
  document.getElementById("outfit-progress-bar").value = fragment.getElementById("outfit-progress-bar").value;
  document.getElementById("outfit-cost").textContent = fragment.getElementById("outfit-cost").textContent;
  for (const id of ["outfit-controls", "outfit-for-all", "outfit-problems"]) {
    replace(document.getElementById(id), fragment.getElementById(id));
  }
  for (const card of fragment.querySelectorAll(".outfit-result")) {
    const old = document.getElementById(card.id);
    if (old) {
      replace(old, card);
    }
  }
}

async function poll() {
  clearTimeout(timer);
  const address = new URL(page.dataset.fragment, location.href);
  openCards().forEach((card) => address.searchParams.append("card", card.dataset.open));
  let wait = document.hidden ? SLOW_POLL_INTERVAL : POLL_INTERVAL;
  try {
    const response = await fetch(address);
    if (!response.ok || response.redirected) {
      throw new Error(response.statusText);
    }
    show(new DOMParser().parseFromString(await response.text(), "text/html"));
  } catch {
    wait = SLOW_POLL_INTERVAL;
  }
  if (!isFinished()) {
    timer = setTimeout(poll, wait);
  }
}

if (!isFinished()) {
  timer = setTimeout(poll, POLL_INTERVAL);
  document.addEventListener("visibilitychange", () => document.hidden || isFinished() || poll());
}
