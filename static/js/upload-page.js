// The upload page: files are chosen or dropped, sent in pieces, and followed until each has its end.
// Without this script the form sends all files at once and the batch's page tells their story.

import { chosen, dropped } from "./upload-files.js";
import { makeLine } from "./upload-line.js";
import { count, makeMeter, size } from "./upload-meter.js";
import { makeStrip } from "./upload-strip.js";

const ASKED_AT_ONCE = 1000;
const SAMPLE = 200;
const SHOWN_PROBLEMS = 40;
const NAMED = 5;
const POLL_MS = 2000;

const form = document.getElementById("upload");
const panel = document.getElementById("sending");
const part = (name) => document.getElementById(`sending-${name}`);
const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
const words = panel.dataset;
const meter = makeMeter();
const showPicture = makeStrip(part("strip"));

let line = null;
let sending = null; // what the server calls it, with the addresses to ask at
let here = { files: 0, bytes: 0 }; // arrived on another day
let became = null; // what the server says of the batch
let notes = [];
let timer = 0;
let due = false;
let taking = Promise.resolve();

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
}

async function ask(address, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "X-CSRFToken": token, "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error((await answer.text()).slice(0, 300) || String(answer.status));
  return answer.json();
}

function key({ file, path }) {
  return [path, file.size, String(file.lastModified)];
}

// One after the other: what is dropped meanwhile joins what is being sent.
function take(reading) {
  taking = taking.then(() => takeNow(reading));
}

async function takeNow(reading) {
  panel.hidden = false;
  form.classList.add("busy");
  if (!line || line.isIdle()) startOver();
  part("title").textContent = words.reading;
  let found;
  try {
    found = await reading;
    if (found.litter) notes.push(fill(words.litter, { count: count(found.litter) }));
    if (found.unread.length) notes.push(fill(words.unread, { count: count(found.unread.length), names: named(found.unread) }));
    if (found.files.length) await enlist(found.files);
    else notes.push(words.empty);
  } catch (error) {
    notes.push(fill(words.failed, { reason: error.message }));
  }
  draw();
}

function named(paths) {
  return paths.slice(0, NAMED).join(", ") + (paths.length > NAMED ? ", …" : "");
}

function startOver() {
  sending = became = null;
  here = { files: 0, bytes: 0 };
  notes = [];
  meter.reset();
  line = makeLine({
    endpoint: form.dataset.files,
    token,
    most: (path) => Number(/\.zip$/i.test(path) ? form.dataset.maxArchiveBytes : form.dataset.maxBytes),
    told: draw,
    out: () => { notes = [words.out]; draw(); },
    begun: (job) => showPicture(job.file),
  });
}

// Tell the server what is coming; of an upload of another day it knows what is here already.
async function enlist(files) {
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  let fresh = files;
  if (sending) {
    await ask(sending.more, { files: files.length, bytes });
  } else {
    const held = new FormData(form).get("held") === "on";
    sending = await ask(form.dataset.begin, { files: files.length, bytes, held, sample: sample(files).map(key) });
    if (sending.continued) fresh = await without(files);
    toldHere(sending.batch);
    follow();
  }
  for (const each of fresh) each.sending = String(sending.sending);
  line.add(fresh);
}

// What this page says from now on it does not say twice.
function toldHere(batch) {
  for (const each of document.querySelectorAll(".unfinished-one, .before-one")) {
    if (each.querySelector(`a[href="${batch}"]`)) each.remove();
  }
  document.querySelector(".unfinished:not(:has(.unfinished-one))")?.remove();
}

function sample(files) {
  const step = Math.max(1, Math.floor(files.length / (SAMPLE / 2)));
  return [...files.slice(0, SAMPLE / 2), ...files.filter((_each, place) => place % step === 0).slice(0, SAMPLE / 2)];
}

async function without(files) {
  const left = [];
  for (let start = 0; start < files.length; start += ASKED_AT_ONCE) {
    const some = files.slice(start, start + ASKED_AT_ONCE);
    const { arrived } = await ask(sending.arrived, { files: some.map(key) });
    some.forEach((each, place) => {
      if (!arrived[place]) left.push(each);
      else here = { files: here.files + 1, bytes: here.bytes + each.file.size };
    });
  }
  notes.push(fill(words.continued, { count: count(here.files) }));
  return left;
}

async function follow() {
  const mine = sending;
  while (sending === mine) {
    try {
      const answer = await fetch(mine.progress, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        became = await answer.json();
        draw();
        if (mine.closed && became.finished) return;
      }
    } catch {
      // The site is away for a moment; what it knows is not.
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function closeWhenSent() {
  if (!sending || sending.closed || !line.isIdle() || line.paused || line.failed.some((job) => !job.final)) return;
  sending.closed = true;
  try {
    await ask(sending.close, {});
  } catch {
    sending.closed = false; // it is asked again when something changes, and ends by itself later
  }
  draw();
}

async function cancel() {
  line.cancel();
  sending.closed = true;
  try {
    await ask(sending.close, {});
    notes = [words.stopped];
  } catch (error) {
    notes = [error.message];
  }
  sending.cancelled = true;
  draw();
}

// Drawn at most once a frame, however many pieces arrive.
function draw() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    drawNow();
    closeWhenSent();
  });
}

function drawNow() {
  const idle = line.isIdle();
  const files = { done: here.files + line.arrived, all: here.files + line.files };
  const bytes = { done: here.bytes + line.sent, all: here.bytes + line.bytes };
  part("title").textContent = title(idle);
  part("files").textContent = sending ? fill(words.files, { done: count(files.done), all: count(files.all) }) : "";
  part("bytes").textContent = sending ? fill(words.bytes, { done: size(bytes.done), all: size(bytes.all) }) : "";
  drawSpeed(idle, files, bytes);
  const share = bytes.all ? bytes.done / bytes.all : files.all ? files.done / files.all : 0;
  part("bar").setAttribute("aria-valuenow", Math.floor(100 * share));
  part("bar").style.setProperty("--here", share);
  part("bar").style.setProperty("--done", became?.total ? Math.min(share, (share * became.settled) / became.total) : 0);
  part("became").textContent = [...(became?.words ? [became.words.replace(/\.$/, "")] : []), ...(became?.counts || []).map(outcome), ...(became?.parcels || []).map(parcel).filter(Boolean)].join(" · ");
  part("note").textContent = [line.troubled && !idle ? words.lost : "", ...notes].filter(Boolean).join(" ");
  part("pause").hidden = idle || line.paused;
  part("resume").hidden = !line.paused || idle;
  part("retry").hidden = !idle || !line.failed.some((job) => !job.final);
  part("cancel").hidden = idle;
  part("batch").hidden = !sending;
  if (sending) part("batch").href = sending.batch;
  part("batch").target = idle ? "" : "_blank"; // to leave this page would end the sending
  drawProblems();
}

function title(idle) {
  if (!sending) return words.reading;
  if (sending.cancelled) return words.cancelled;
  if (line.paused) return words.paused;
  if (line.troubled && !idle) return words.waiting;
  if (!idle) return words.sending;
  return line.failed.length ? words.partly : words.sent;
}

function drawSpeed(idle, files, bytes) {
  const rests = idle || line.paused || line.troubled;
  if (performance.now() - timer < 900 && !rests) return;
  timer = performance.now();
  if (rests) meter.reset();
  const measured = rests ? {} : meter.measure({
    bytes: bytes.done, files: files.done, bytesLeft: bytes.all - bytes.done, filesLeft: files.all - files.done,
  });
  part("rate").textContent = measured.rate ? fill(words.rate, { rate: measured.rate }) : "";
  part("pace").textContent = measured.pace ? fill(words.pace, { count: measured.pace }) : "";
  part("left").textContent = measured.left ? fill(words.left, { time: measured.left }) : "";
}

function outcome({ label, count: number }) {
  return fill(words.became, { count: count(number), label });
}

function parcel({ name, waiting, entries, position }) {
  if (!waiting) return "";
  if (entries === null) return fill(words.opening, { name });
  return fill(words.unpacking, { name, done: count(position), all: count(entries) });
}

function drawProblems() {
  const own = line.failed.filter((job) => !(job.final && became?.bad.length)).map((job) => ({ name: job.path, reason: fill(words.failed, { reason: job.reason }) }));
  const all = [...own, ...(became?.bad || [])];
  const list = part("problems");
  const some = all.slice(0, SHOWN_PROBLEMS);
  const told = JSON.stringify([all.length, some]);
  if (list.dataset.told === told) return;
  list.dataset.told = told;
  list.replaceChildren(...some.map(problem));
  if (all.length > SHOWN_PROBLEMS) list.append(problem({ name: "", reason: fill(words.more, { count: count(all.length - SHOWN_PROBLEMS) }) }));
}

function problem({ name, reason }) {
  const item = document.createElement("li");
  const bold = document.createElement("span");
  bold.className = "sending-name";
  bold.textContent = name;
  item.append(bold, " ", reason);
  return item;
}

function listen() {
  for (const button of form.querySelectorAll("[data-choose]")) {
    const input = document.getElementById(button.dataset.choose);
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      const files = chosen(input.files);
      input.value = "";
      if (files.files.length || files.litter) take(files);
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
  }
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("over");
  });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    take(dropped(event.dataTransfer));
  });
  part("pause").addEventListener("click", () => line.pause());
  part("resume").addEventListener("click", () => line.resume());
  part("retry").addEventListener("click", () => line.again());
  part("cancel").addEventListener("click", cancel);
  window.addEventListener("beforeunload", (event) => {
    if (line && !line.isIdle() && !line.paused) event.preventDefault();
  });
}

form.classList.add("live");
for (const hidden of form.querySelectorAll(".drop-words, .drop-buttons")) hidden.hidden = false;
for (const plain of form.querySelectorAll(".drop-plain")) plain.hidden = true;
document.getElementById("id_pictures").hidden = true;
listen();
