/** The review screen: one field at a time, the next one fetched before it is needed. */

import { Choice } from "./review/choice.js";
import { filled, make } from "./review/dom.js";
import { Keys } from "./review/keys.js";
import { Listed } from "./review/listed.js";
import { Outbox } from "./review/outbox.js";
import { fetchCrop, showCrop, showPage } from "./review/picture.js";
import { isAway, Refused, send, sendUntilReached } from "./review/server.js";
import { Store } from "./review/store.js";
import { Writing } from "./review/writing.js";

const STILL_HERE_MS = 60_000; // the server keeps a field for five minutes
const LOOK_AGAIN_MS = 30_000; // for new fields, while nothing waits
const IDLE_MS = 10 * 60_000; // nobody is there: fields go back, and the session may end
const MOST_SKIPPED = 500;
const MODES = { choice: Choice, writing: Writing };

const setup = JSON.parse(document.getElementById("setup").textContent);
const { texts } = setup;
const at = Object.fromEntries([...document.querySelectorAll("[id]")].map((element) => [element.id, element]));
const store = new Store(setup.person);
const keys = new Keys(setup.keys);
const skipped = store.get("skipped", []);

let shown = null; // the field on the screen
let view = null; // its mode
let ahead = null; // promise of the next field
let aside = null; // the waiting field, while an earlier one is looked at again
let earlier = null; // the verdict of the earlier field on the screen
let doubted = null; // the doubt that was told and not yet confirmed, with its answer
let handedBack = Promise.resolve();
let lookAgain = 0;
let lastTouch = Date.now();
let lastBeat = Date.now();

const outbox = new Outbox(store, {
  count: (count) => {
    at.saved.textContent = count ? filled(texts.not_saved, { n: count }) : texts.saved;
    at.saved.classList.toggle("pending", count > 0);
  },
  away: (lost) => notice("away", lost && texts.away),
  signedOut,
  refused: (item, fault) => {
    const answer = make("bdi", { dir: "auto" }, item.answer);
    const [before, after] = texts.not_taken.split("{answer}");
    const link = make("a", { href: `/pages/${item.page}#field-${item.id}` }, texts.open_page);
    notice(`refused-${item.id}`, fault.message, make("p", {}, before, answer, after, " ", link));
  },
});

/* From field to field */

async function fetchNext() {
  await handedBack;
  const wanted = () => ({
    holding: [...new Set([shown, aside].filter(Boolean).map((field) => field.id).concat(outbox.ids))],
    skipped,
  });
  const { field, waiting } = await sendUntilReached("/api/review/next", wanted, (lost) => notice("away", lost && texts.away));
  count(waiting);
  if (field) fetchCrop(field);
  return field;
}

function fetchAhead() {
  ahead = fetchNext().catch((fault) => {
    if (fault instanceof Refused && fault.isSignedOut) signedOut();
    else notice("fault", fault.message);
    return undefined;
  });
}

/** Show what comes next: what was put aside, else what was fetched ahead. */
async function goOn() {
  let field = aside;
  if (!field) {
    const isFresh = !ahead;
    if (isFresh) fetchAhead();
    field = await ahead;
    if (field === null && !isFresh) {
      await outbox.start();
      fetchAhead(); // perhaps something came since
      field = await ahead;
    }
    ahead = null;
  }
  aside = earlier = null;
  if (field === undefined) return;
  if (!field) showNothing();
  else show(field);
  if (field && !ahead) fetchAhead();
}

function show(field) {
  shown = field;
  at.desk.dataset.field = field.id; // for scripts that watch
  doubted = null;
  at.nothing.hidden = true;
  at.desk.hidden = false;
  showQuestion(field);
  showCrop(at.crop, field, texts.no_crop);
  const on = {
    answer,
    say: (name) => say(name ? texts[name] : ""),
    typed: (text) => (text ? store.set(`draft:${field.id}`, text) : store.remove(`draft:${field.id}`)),
  };
  const Mode = field.list ? Listed : MODES[field.mode];
  view = new Mode(field, at.answer, texts, on, store.get(`draft:${field.id}`));
  for (const button of document.querySelectorAll(".verdicts [data-action]")) {
    const code = setup.missing[button.dataset.action];
    button.hidden = code !== undefined && !field.missing.includes(code);
  }
  say(earlier ? texts.earlier : skipped.includes(field.id) ? texts.skipped_before : "");
  at.desk.setAttribute("aria-busy", "false");
  view.focus();
}

function showQuestion({ number, name, own, other, form_language: language, reasons, answer: decided }) {
  at.number.textContent = number;
  at.number.hidden = !number;
  const row = own?.row || other?.row;
  at.question.replaceChildren(
    make("bdi", { lang: own?.language ?? language, dir: own?.dir }, own?.text ?? name),
    ...(row ? [" – ", make("bdi", { class: "row-name", lang: own?.language, dir: own?.dir }, own?.row ?? row)] : []),
  );
  at.translation.hidden = !other;
  at.translation.replaceChildren(...(other ? [make("bdi", { lang: other.language }, [other.text, other.row].filter(Boolean).join(" – "))] : []));
  at.reasons.replaceChildren(
    ...reasons.map((reason) => make("li", { class: "badge warn" }, reason)),
    ...(decided ? [make("li", { class: "badge good" }, make("bdi", { dir: "auto" }, decided))] : []),
  );
}

function showNothing() {
  shown = view = null;
  at.desk.hidden = true;
  at.nothing.hidden = false;
  clearTimeout(lookAgain);
  lookAgain = setTimeout(() => {
    if (at.nothing.hidden) return;
    if (Date.now() - lastTouch < IDLE_MS) goOn();
    else showNothing();
  }, LOOK_AGAIN_MS);
}

/* What the person does */

function answer(values, asWritten = false) {
  if (!shown) return;
  const field = shown;
  leave();
  outbox.add({ id: field.id, token: field.token, values, asWritten, answer: view.inWords(values), page: field.page.id });
  goOn();
}

async function accept() {
  at.desk.setAttribute("aria-busy", "true"); // the server may be asked what a list has
  const { values, refused, doubt } = await view.result();
  at.desk.setAttribute("aria-busy", "false");
  const asked = doubt && JSON.stringify([doubt, values]);
  if (refused) say(refused);
  else if (asked && asked !== doubted) {
    doubted = asked;
    say(doubt);
  } else answer(values, Boolean(doubt));
}

function giveMissing(code) {
  if (shown.missing.includes(code)) answer(Object.fromEntries(shown.variables.map((variable) => [variable, code])));
  else say(texts.cannot_here);
}

function skip() {
  const field = shown;
  if (!earlier) {
    skipped.splice(0, skipped.length, ...skipped.filter((id) => id !== field.id), field.id);
    skipped.splice(0, skipped.length - MOST_SKIPPED);
    store.set("skipped", skipped);
  }
  leave();
  handBack(field);
  goOn();
}

async function previous() {
  if (at.desk.getAttribute("aria-busy") === "true" && shown) return;
  at.desk.setAttribute("aria-busy", "true");
  try {
    await outbox.start();
    const found = await send("/api/review/previous", { before: earlier });
    if (!found.field) say(texts.nothing_earlier);
    else {
      if (earlier) handBack(shown);
      else aside = shown;
      earlier = found.verdict;
      fetchCrop(found.field);
      show(found.field);
    }
  } catch (fault) {
    if (fault instanceof Refused && fault.isSignedOut) signedOut();
    else say(isAway(fault) ? texts.away : fault.message);
  }
  at.desk.setAttribute("aria-busy", "false");
}

function handBack(field) {
  handedBack = send(`/api/review/fields/${field.id}/release`, { token: field.token }).catch(() => {}); // else it ends by itself
}

/** Until the next field is there, no key may reach the one that was answered. */
function leave() {
  shown = null;
  at.desk.setAttribute("aria-busy", "true");
}

function togglePage() {
  if (at.page.open) at.page.close();
  else if (shown) {
    showPage(at["page-picture"], shown.page);
    at["page-link"].href = `/pages/${shown.page.id}#field-${shown.id}`;
    at.page.showModal();
    at["page-picture"].querySelector(".outline")?.scrollIntoView({ block: "center" });
  }
}

function act({ action, digit, up }) {
  if (action === "help") return at.help.open ? at.help.close() : at.help.showModal();
  if (action === "page") return togglePage();
  if (at.help.open || at.page.open) return undefined;
  if (action === "previous") return previous();
  if (!shown || at.desk.getAttribute("aria-busy") === "true") return undefined;
  if (action in setup.missing) return giveMissing(setup.missing[action]);
  if (action === "move") return view.move(up);
  if (digit !== null && digit !== undefined) return view.digit(digit);
  return { accept, skip }[action]?.();
}

document.addEventListener("keydown", (event) => {
  const found = keys.actionOf(event, shown?.mode ?? "choice");
  if (!found) return;
  event.preventDefault();
  if (event.repeat && found.action !== "move") return; // a key held down must not run through the fields
  if (event.code === "Enter" && (at.help.open || at.page.open)) document.querySelector("dialog[open]").close();
  else act(found);
});
for (const button of document.querySelectorAll("[data-action]")) {
  button.addEventListener("click", () => {
    act({ action: button.dataset.action });
    if (shown && !document.querySelector("dialog[open]")) view.focus();
  });
}
for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("close", () => view?.focus());

/* What is told */

function say(text) {
  at.say.textContent = text;
}

/** A notice that stays until it is over (no text), one of each name. */
function notice(name, text, ...more) {
  document.getElementById(`notice-${name}`)?.remove();
  if (text) at.notices.append(make("div", { id: `notice-${name}`, class: "notice warn stack tight" }, make("p", {}, text), ...more));
}

function signedOut() {
  const link = make("a", { class: "button", href: "/sign-in?next=/review" }, setup.texts.sign_in);
  notice("signed-out", texts.signed_out, make("p", {}, link));
}

function count(waiting) {
  at.waiting.textContent = waiting === 1 ? texts.waiting_one : filled(texts.waiting_many, { n: waiting.toLocaleString(setup.language) });
  at["nothing-left"].hidden = waiting > 0;
  at["with-others"].hidden = waiting === 0;
}

/* Somebody is there */

async function beat() {
  lastBeat = Date.now();
  const next = await Promise.race([ahead, null]);
  for (const field of [shown, aside, next, ...outbox.items].filter(Boolean)) {
    try {
      await send(`/api/review/fields/${field.id}/heartbeat`, { token: field.token });
    } catch (fault) {
      if (!(fault instanceof Refused) || fault.status !== 409) continue;
      if (field === next) fetchAhead();
      else if (field === shown) say(texts.lost);
    }
  }
}

setInterval(() => Date.now() - lastTouch < IDLE_MS && beat(), STILL_HERE_MS);
for (const kind of ["keydown", "pointerdown"]) {
  addEventListener(kind, () => {
    lastTouch = Date.now();
    if (lastTouch - lastBeat > 2 * STILL_HERE_MS) beat();
  });
}

outbox.start();
goOn();
