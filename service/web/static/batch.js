// A batch's page: sends files one by one, and shows what the server has while it reads them.

const upload = document.querySelector("#upload");
const words = upload.dataset;
const batch = words.batch;
const csrf = document.querySelector("meta[name=csrf]").content;
const list = document.querySelector("#uploads");
const summary = document.querySelector("#upload-summary");
const AT_ONCE = 2;
const RETRY_MS = [1000, 2000, 5000, 10000, 20000, 30000];
const LOOK_MS = 2000;
const LOOK_LARGE_MS = 5000;
const LARGE_PAGES = 1000;
const LOOK_IDLE_MS = 15000;

const waiting = [];
let sending = 0;
let all = 0;
let safe = 0;
let failed = 0;
let lost = 0; // of those that failed: not refused, but not reached
let known = null;

function line(file) {
  const item = document.createElement("li");
  const name = document.createElement("bdi");
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  const state = document.createElement("span");
  state.className = "badge quiet";
  state.textContent = words.waiting;
  item.append(name, bar, state);
  list.append(item);
  return {
    progress(share) { bar.value = share; },
    say(text, kind) { state.textContent = text; state.className = `badge ${kind}`; },
    why(text) {
      item.querySelector(".why")?.remove();
      if (!text) return;
      const reason = document.createElement("span");
      reason.className = "why";
      reason.textContent = text;
      item.append(reason);
    },
  };
}

function summarise() {
  const over = safe + failed === all;
  const text = !over ? words.summary : !failed ? words.complete : lost ? words.trouble : words.refused;
  summary.hidden = all === 0;
  summary.className = `notice ${!over ? "" : failed ? "bad" : "good"}`;
  summary.textContent = text.replace("{done}", safe).replaceAll("{all}", all).replace("{failed}", failed);
}

async function isHere(file) {
  const alike = known.filter((other) => other.size === file.size && other.name === file.name);
  if (!alike.length || !crypto.subtle) return false;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return alike.some((other) => other.sha256 === sha256);
}

function send(file, shown) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/batches/${batch}/files?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("X-CSRF-Token", csrf);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => shown.progress(event.loaded / Math.max(1, event.total));
    request.onload = () => resolve({ status: request.status, answer: request.response ?? {} });
    request.onerror = () => resolve({ status: 0, answer: {} });
    request.send(file);
  });
}

async function take(file, shown) {
  known ??= await fetch(`/api/batches/${batch}/files`).then((answer) => (answer.ok ? answer.json() : [])).catch(() => null);
  shown.say(words.looking, "quiet");
  if (known && (await isHere(file))) return { status: 200, answer: { again: true } };
  for (let attempt = 0; ; attempt += 1) {
    shown.say(words.sending, "");
    const told = await send(file, shown);
    if ((told.status !== 0 && told.status !== 503) || attempt >= RETRY_MS.length) return told;
    shown.why(words.again);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS[attempt]));
  }
}

async function next() {
  if (sending >= AT_ONCE || !waiting.length) return;
  sending += 1;
  const [file, shown] = waiting.shift();
  const told = await take(file, shown).catch(() => ({ status: 0, answer: {} }));
  sending -= 1;
  const taken = (told.status === 200 || told.status === 201) && !told.answer.message;
  shown.progress(1);
  shown.say(taken ? (told.answer.again ? words.here : words.received) : words.failed, taken ? "good" : "bad");
  shown.why(taken ? "" : (told.answer.message ?? ""));
  if (taken) safe += 1; else failed += 1;
  if (!taken && (told.status === 0 || told.status >= 500)) lost += 1;
  summarise();
  look();
  next();
}

function add(files) {
  known = null;
  for (const file of files) {
    all += 1;
    waiting.push([file, line(file)]);
  }
  summarise();
  for (let i = 0; i < AT_ONCE; i += 1) next();
}

const drop = upload.querySelector(".drop");
const input = document.querySelector("#files");
input.addEventListener("change", () => {
  add(Array.from(input.files));
  input.value = "";
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
    if (kind === "drop") add(Array.from(event.dataTransfer.files));
  });
}
for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault());
window.addEventListener("beforeunload", (event) => {
  if (safe + failed < all) event.preventDefault();
});

// What became of the files

const status = document.querySelector("#status");
let mark = status.dataset.mark;
let timer = 0;

function showStatus(html) {
  const open = Array.from(status.querySelectorAll("details[open]"), (details) => details.id);
  const focused = document.activeElement?.closest("details")?.id;
  if (status.contains(document.activeElement) && !focused) return false;
  status.innerHTML = html;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.querySelector("summary")?.focus();
  return true;
}

async function look() {
  clearTimeout(timer);
  let pause = LOOK_MS;
  try {
    const headers = { "X-By-Itself": "1", "If-None-Match": mark };
    const answer = await fetch(`/batches/${batch}/status`, { headers });
    if (answer.ok && !answer.redirected && showStatus(await answer.text())) mark = answer.headers.get("ETag") ?? "";
    const shown = status.querySelector("#status-content").dataset;
    if (shown.active !== "yes" && !sending) pause = LOOK_IDLE_MS;
    else if (Number(shown.pages) > LARGE_PAGES) pause = LOOK_LARGE_MS;
  } catch {
    // the network is away for a moment: the next look tells
  }
  timer = setTimeout(look, pause);
}
look();
