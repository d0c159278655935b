// Reviews without reloading: shows the next picture while the decision is being saved, and listens to the keys. Without this script each decision loads a page.
"use strict";

const review = document.getElementById("outfit-review");
const statusLine = document.getElementById("outfit-review-status");
const errorLine = document.getElementById("outfit-review-error");
const undoForm = document.getElementById("outfit-review-undo");
const keysDialog = document.getElementById("outfit-review-keys");
const keysSwitch = document.getElementById("outfit-review-use-keys");
const LEADS_ON = ["approve", "reject", "publish", "choose"];
const KEYS_OFF = "outfit-review-keys-off";

const sending = new Set(); // pictures whose decisions are not saved yet
const decided = []; // what “Undo” takes back, the last one at the end
let saved = Promise.resolve(); // decisions are sent one after the other
let ahead; // the next picture, loaded in advance
let moving = Promise.resolve(); // pictures are shown one after the other
let isMoving = false;

const desk = () => document.getElementById("outfit-desk");
const current = () => desk().dataset.picture ?? "";

/* Pictures */

function address(path, query) {
  const url = new URL(path, location.href);
  url.search = review.dataset.query;
  new URLSearchParams(query).forEach((value, name) => url.searchParams.set(name, value));
  return url;
}

async function load(query) {
  const url = address(review.dataset.fragment, query);
  sending.forEach((picture) => url.searchParams.append("without", picture));
  const response = await fetch(url);
  if (!response.ok || response.redirected) {
    throw new Error(response.statusText);
  }
  const html = await response.text();
  return document.adoptNode(new DOMParser().parseFromString(html, "text/html").getElementById("outfit-desk"));
}

function loadAhead() {
  const query = `after=${current()}`;
  if (!current() || ahead?.query === query) {
    return;
  }
  ahead = { query, picture: load(query) };
  ahead.picture.then(
    (picture) => picture.querySelectorAll("img:not([hidden])").forEach((image) => (new Image().src = image.src)),
    () => (ahead = undefined),
  );
}

/** Let a reload show the same picture, and offer to undo the same decision. */
function keepAddress() {
  const last = decided.at(-1)?.picture;
  const query = { ...(current() && { at: current() }), ...(last && { last }) };
  history.replaceState(null, "", address(review.dataset.page, query));
}

/** Replace the picture on the desk; the focus stays on the button of the same name. */
function show(picture) {
  prepare(picture);
  const old = desk();
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const key = active?.closest(".outfit-desk-reject") ? "r" : active?.dataset.key;
  picture.querySelectorAll("details[open]").forEach((details) => (details.open = false));
  old.replaceWith(picture);
  if (active) {
    (picture.querySelector(`[data-key="${key}"]`) ?? picture.querySelector("h2")).focus({ preventScroll: true });
  }
  if (review.getBoundingClientRect().top < 0) {
    review.scrollIntoView();
  }
  keepAddress();
  loadAhead();
}

async function move(query) {
  isMoving = true;
  const picture = ahead?.query === query ? ahead.picture : load(query);
  ahead = undefined;
  try {
    show(await picture);
    return true;
  } catch {
    errorLine.textContent = review.dataset.stuck;
    return false;
  } finally {
    isMoving = false;
  }
}

/** Show what the query names; the promise is false if it cannot be loaded. */
function go(query) {
  moving = moving.then(() => move(query));
  return moving;
}

/* Decisions */

async function send(data) {
  data.set("_json", "1");
  const response = await fetch(review.dataset.do, { method: "POST", body: data });
  if (response.redirected || !(response.ok || response.status === 409)) {
    throw new Error(response.statusText);
  }
  return response.json();
}

/** Take the decision back on the page: it was refused, or its request failed. */
async function takeBack(picture, shown, text) {
  if (!(await go(`at=${picture}`))) {
    show(shown);
  }
  errorLine.textContent = text;
}

function remember(answer) {
  decided.push({ picture: answer.picture, version: answer.version });
  offerUndo();
}

function offerUndo() {
  const last = decided.at(-1);
  if (!undoForm) {
    return;
  }
  if (!last && undoForm.contains(document.activeElement)) {
    desk().querySelector("h2").focus();
  }
  undoForm.hidden = !last;
  undoForm.elements.picture.value = last?.picture ?? "";
  undoForm.elements.seen.value = last?.version ?? "";
  keepAddress();
}

async function saveDecision(data, shown, pictures) {
  const picture = data.get("picture");
  try {
    const answer = await send(data);
    pictures.forEach((one) => sending.delete(one));
    if (answer.done) {
      statusLine.textContent = answer.text;
      remember(answer);
    } else {
      await takeBack(picture, shown, answer.text);
    }
  } catch {
    pictures.forEach((one) => sending.delete(one));
    await takeBack(picture, shown, review.dataset.lost);
  }
}

/** Show the next picture at once, and save the decision about these pictures meanwhile. */
async function decide(data, pictures) {
  const shown = desk();
  if (isMoving || pictures.some((one) => sending.has(one))) {
    return;
  }
  errorLine.textContent = "";
  pictures.forEach((one) => sending.add(one));
  if (pictures.length > 1) {
    ahead = undefined; // it may be one of them
  }
  saved = saved.then(() => saveDecision(data, shown, pictures));
  await go(`after=${current()}`);
}

async function saveOther(form, data) {
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => (button.disabled = true));
  try {
    const answer = await send(data);
    errorLine.textContent = answer.done ? "" : answer.text;
    statusLine.textContent = answer.done ? answer.text : "";
    return answer;
  } catch {
    errorLine.textContent = review.dataset.lost;
    return null;
  } finally {
    buttons.forEach((button) => (button.disabled = false));
  }
}

/** Undo the last decision as soon as it is saved, and show its picture again. */
async function undo() {
  if (undoForm.hidden) {
    return;
  }
  const answer = await saveOther(undoForm, new FormData(undoForm));
  if (answer) {
    decided.pop();
    ahead = undefined;
    await go(`at=${answer.picture}`);
    offerUndo();
  }
}

async function another(form, data) {
  const answer = await saveOther(form, data);
  if (answer && current() === data.get("picture")) {
    await go(`at=${answer.picture}`);
  }
}

review.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") {
    return;
  }
  event.preventDefault();
  const data = new FormData(form);
  if (event.submitter?.name) {
    data.set(event.submitter.name, event.submitter.value);
  }
  if (LEADS_ON.includes(data.get("decision"))) {
    decide(data, form.dataset.decides?.split(" ") ?? [data.get("picture")]);
  } else {
    saved = saved.then(() => (form === undoForm ? undo() : another(form, data)));
  }
});

/* Buttons and links */

function zoom(button, event) {
  const frame = document.getElementById("outfit-desk-picture");
  const isZoomed = frame.toggleAttribute("data-zoomed");
  const image = frame.querySelector("img");
  const box = image.getBoundingClientRect();
  const [x, y] = event.target === image ? [event.offsetX / box.width, event.offsetY / box.height] : [0.5, 0];
  button.setAttribute("aria-pressed", isZoomed);
  if (isZoomed) {
    frame.setAttribute("tabindex", "0"); // so that arrow keys move the picture
  } else {
    frame.removeAttribute("tabindex");
  }
  image.sizes = isZoomed ? "200vw" : button.dataset.sizes;
  frame.scrollTo(x * frame.scrollWidth - frame.clientWidth / 2, y * frame.scrollHeight - frame.clientHeight / 2);
}

review.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (event.detail > 1 && event.target.closest("[type=submit]")) {
    event.preventDefault(); // the second half of a double click would decide about the next picture
  } else if (event.target.matches("#outfit-desk-picture img")) {
    zoom(desk().querySelector("[data-key=z]"), event);
  } else if (event.target.closest("[data-key='?']")) {
    keysDialog.showModal();
  } else if (link && isPlain && link.dataset.key === "z") {
    event.preventDefault();
    zoom(link, event);
  } else if (link && isPlain && link.dataset.query) {
    event.preventDefault();
    errorLine.textContent = "";
    if (!isMoving) {
      go(link.dataset.query);
    }
  }
});

review.addEventListener(
  "toggle",
  (event) => {
    const isPanel = event.target.open && desk().contains(event.target);
    // one at a time, as both listen to numbers; older browsers do not know the name of details
    const others = isPanel ? desk().querySelectorAll("details[open]") : [];
    others.forEach((other) => (other.open = other === event.target));
    if (isPanel && event.target.matches(".outfit-desk-reject")) {
      event.target.querySelector("button").focus();
    }
  },
  true, // this event does not bubble
);

/* Keys */

/** Return the letter on the key, also of a keyboard with letters that are not Latin. */
function nameOf(event) {
  return /^[a-z0-9?]$/i.test(event.key) ? event.key.toLowerCase() : event.code.replace(/^Key/, "").toLowerCase();
}

function isTyping(target) {
  return target.isContentEditable || target.closest("input, select, textarea") !== null;
}

function buttonFor(key) {
  const open = desk().querySelector("details[open]"); // the reasons or the candidates
  const scope = /^[0-9]$/.test(key) ? open : review;
  return scope?.querySelector(`[data-key="${CSS.escape(key)}"]`);
}

function closePanels() {
  const open = desk().querySelector("details[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
}

document.addEventListener("keydown", (event) => {
  const isModified = event.ctrlKey || event.altKey || event.metaKey || (event.shiftKey && event.key !== "?");
  if (!keysSwitch.checked || isModified || event.repeat || event.isComposing || keysDialog.open) {
    return;
  }
  if (event.key === "Escape") {
    closePanels();
  } else if (!isTyping(event.target)) {
    const button = buttonFor(nameOf(event));
    if (button && !button.closest("[hidden]")) {
      event.preventDefault();
      button.click();
    }
  }
});

/** Read or change what this browser remembers; some forbid that, and then nothing is remembered. */
function remembered(use) {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
}

function useKeys() {
  review.toggleAttribute("data-keys", keysSwitch.checked);
  remembered((memory) => (keysSwitch.checked ? memory.removeItem(KEYS_OFF) : memory.setItem(KEYS_OFF, "1")));
}

/** Links that act as buttons say so; what works with this script only is shown. */
function prepare(picture) {
  const button = picture.querySelector("[data-key=z]");
  if (button) {
    button.setAttribute("role", "button");
    button.setAttribute("aria-pressed", "false");
    button.dataset.sizes = picture.querySelector("#outfit-desk-picture img").sizes;
  }
}

keysSwitch.checked = remembered((memory) => memory.getItem(KEYS_OFF)) === null;
keysSwitch.addEventListener("change", useKeys);
useKeys();
review.querySelector("[data-key='?']").hidden = false;
if (undoForm && !undoForm.hidden) {
  remember({ picture: undoForm.elements.picture.value, version: undoForm.elements.seen.value });
}
prepare(desk());
loadAhead();
