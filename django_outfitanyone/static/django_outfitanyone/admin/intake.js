// Uploads file by file with progress, and stores a row of the table as soon as it changes. Without this script, plain forms do both.
"use strict";

const form = document.getElementById("outfit-upload");
const zone = document.getElementById("outfit-drop");
const folderInput = document.getElementById("outfit-folder-input");
const listed = document.getElementById("outfit-listed");
const statusLine = document.getElementById("outfit-upload-status");
const bar = document.getElementById("outfit-upload-progress");
const errorLine = document.getElementById("outfit-upload-error");
const retry = document.getElementById("outfit-retry");
const continueLink = document.getElementById("outfit-continue");
const AT_ONCE = 2; // as many as the local engine checks at a time
const TAKEN = /\.(jpe?g|png|webp|gif|bmp|tiff?|hei[cf]|avif|csv)$/i;

let page = form.dataset.page;
let total = 0;
let done = 0;
let isUploading = false;
let lost = []; // files that did not reach the server

const isList = (one) => /\.csv$/i.test(one.path);

async function post(url, values) {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  for (const [name, value] of Object.entries(values)) {
    data.set(name, value);
  }
  const response = await fetch(url, { method: "POST", body: data });
  if (!response.ok || response.redirected) {
    throw new Error(response.statusText);
  }
  return response.json();
}

/* Upload */

function showProgress() {
  document.getElementById("outfit-progress-box").hidden = false;
  statusLine.textContent = statusLine.dataset.text.replace("{done}", done).replace("{total}", total);
  bar.max = total;
  bar.value = done;
}

function say(text) {
  errorLine.hidden = !text;
  errorLine.textContent = text;
}

async function uploadOne(one) {
  try {
    const answer = await post(`${page}upload/`, { file: one.file, path: one.path });
    listed.insertAdjacentHTML("afterbegin", answer.html);
  } catch {
    lost.push(one);
    say(`${lost.map((file) => file.path).join(", ")} ${form.dataset.lost}`);
  }
  done += 1;
  showProgress();
}

async function uploadAll(files) {
  const waiting = [...files];
  const next = async () => {
    while (waiting.length) {
      await uploadOne(waiting.shift());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

/** Download what the lists name, one picture for each request. */
async function fetchListed() {
  let left = 1;
  while (left) {
    const answer = await post(`${page}fetch/`, {});
    listed.insertAdjacentHTML("afterbegin", answer.html);
    left = answer.left;
  }
}

async function upload(found) {
  const files = found.filter((one) => TAKEN.test(one.path) && !one.file.name.startsWith("."));
  if (!files.length || isUploading) {
    return;
  }
  isUploading = true;
  lost = [];
  const most = Number(form.dataset.most);
  say(files.length > most ? form.dataset.tooMany : "");
  const taken = files.slice(0, most);
  [total, done] = [taken.length, 0];
  retry.hidden = true;
  showProgress();
  try {
    page = page || (await post(form.dataset.start, { _script: "1" })).page;
    await uploadAll(taken.filter(isList)); // so that the files find their lines
    await uploadAll(taken.filter((one) => !isList(one)));
    if (taken.some(isList)) {
      await fetchListed();
    }
  } catch {
    say(form.dataset.lost);
    lost = lost.length ? lost : taken;
  }
  isUploading = false;
  continueLink.href = page;
  continueLink.hidden = !page;
  retry.hidden = !lost.length;
  if (!lost.length) {
    location.assign(page);
  }
}

const withPath = (file) => ({ file, path: file.webkitRelativePath || file.name });

/** Return the files of a dropped file or folder. */
async function filesOf(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, path: entry.fullPath.replace(/^\//, "") }];
  }
  const reader = entry.createReader();
  const entries = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) {
      break;
    }
    entries.push(...some);
  }
  return (await Promise.all(entries.map(filesOf))).flat();
}

const uploadChosen = () => upload([...form.elements.list.files, ...form.elements.pictures.files].map(withPath));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  uploadChosen();
});
form.elements.pictures.addEventListener("change", uploadChosen);
folderInput.addEventListener("change", () => upload([...folderInput.files].map(withPath)));
document.getElementById("outfit-folder").addEventListener("click", () => folderInput.click());
retry.addEventListener("click", () => upload(lost));
zone.querySelectorAll("[data-script]").forEach((part) => (part.hidden = false));
zone.addEventListener("dragover", (event) => {
  event.preventDefault();
  zone.classList.add("outfit-drop--over");
});
zone.addEventListener("dragleave", () => zone.classList.remove("outfit-drop--over"));
zone.addEventListener("drop", async (event) => {
  event.preventDefault();
  zone.classList.remove("outfit-drop--over");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const files = entries.length ? (await Promise.all(entries.map(filesOf))).flat() : [...event.dataTransfer.files].map(withPath);
  upload(files);
});
window.addEventListener("beforeunload", (event) => {
  if (isUploading) {
    event.preventDefault();
  }
});

/* The table */

const table = document.getElementById("outfit-intake");
const addButton = document.getElementById("outfit-add");
let counted; // the last request for the label of the main button

async function store(row) {
  const data = new FormData(table);
  const fields = [...row.querySelectorAll("[name]")].map((field) => field.name);
  const values = Object.fromEntries([...data].filter(([name]) => fields.includes(name)));
  const count = table.querySelectorAll(".outfit-intake-choice :checked").length;
  const request = post(row.dataset.url, { ...values, _count: count });
  counted = request;
  try {
    const answer = await request;
    row.querySelector(".outfit-intake-notes").innerHTML = answer.notes;
    row.querySelector(".outfit-intake-choice span").textContent = answer.label;
    if (addButton && counted === request) {
      addButton.textContent = answer.save_label;
    }
  } catch {
    // the buttons below store all rows anyway
  }
}

if (table) {
  const changed = (event) => {
    const row = event.target.closest(".outfit-intake-row");
    if (row) {
      store(row);
    }
  };
  table.addEventListener("change", changed);
  // select2 reports a change to jQuery only
  window.django?.jQuery?.(table).on("select2:select select2:clear", changed);
}
