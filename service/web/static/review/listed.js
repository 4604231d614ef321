/** One field whose answer is an entry of a closed list: words become its code, on the server, which knows all their spellings. */

import { make } from "./dom.js";
import { isAway, send } from "./server.js";
import { Writing } from "./writing.js";

const PAUSE_MS = 80; // between key presses, after which the list is asked

export class Listed extends Writing {
  constructor(field, root, texts, on, draft) {
    super(field, root, texts, on, draft);
    this.entries = [];
    this.asked = { text: "" };
    this.row = make("div", { class: "suggestions below", role: "status" });
    this.input.addEventListener("input", () => {
      on.say(null);
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.propose(), this.text() ? PAUSE_MS : 0);
    });
    root.replaceChildren(this.input, this.row);
    this.propose();
  }

  text() {
    return this.input.value.normalize("NFC").trim();
  }

  /** Take over what stands beside the key: what the machine thinks, or an entry for what is typed. */
  digit(digit) {
    const text = this.text() ? this.entries[digit - 1]?.label : this.thoughts()[digit - 1];
    if (text === undefined) {
      this.on.say("cannot_here");
      return;
    }
    this.input.value = text;
    this.on.typed(text);
    this.on.say(null);
    this.propose();
    this.focus();
  }

  async result() {
    const text = this.text();
    if (!text) return { refused: this.texts.type_first };
    try {
      const { meant, entries } = await this.ask(text);
      if (meant.length === 1) {
        this.label = entries.find((entry) => entry.code === meant[0]).label;
        return { values: this.all(meant[0]) };
      }
      this.show(entries, meant);
      return { refused: meant.length ? this.texts.several_entries : this.texts.no_entry };
    } catch (fault) {
      return { refused: isAway(fault) ? this.texts.list_away : fault.message };
    }
  }

  inWords(values) {
    return typeof Object.values(values)[0] === "string" ? this.label : super.inWords(values);
  }

  decided() {
    const value = this.field.value ? Object.values(this.field.value)[0] : 0;
    return typeof value === "number" ? "" : this.field.answer;
  }

  thoughts() {
    return [...this.field.suggestions, this.field.read].filter(Boolean);
  }

  /** {meant, entries} of the server; asked once for the same text, and again after a fault. */
  ask(text) {
    if (this.asked.text !== text) {
      const answer = send(`/api/review/lists/${this.field.list}`, { words: text });
      this.asked = { text, answer };
      answer.catch(() => {
        if (this.asked.answer === answer) this.asked = { text: "" };
      });
    }
    return this.asked.answer;
  }

  async propose() {
    const text = this.text();
    if (!text) {
      this.show([]);
      return;
    }
    const told = await this.ask(text).catch(() => null); // Enter says what is wrong
    if (told && text === this.text()) this.show(told.entries, told.meant);
  }

  show(entries, meant = []) {
    this.entries = entries;
    if (entries.length) {
      const labels = entries.map((entry) => entry.label);
      this.row.replaceChildren(this.group(this.texts.from_list, labels));
      if (meant.length === 1) markMeant(this.row.querySelector("button"));
    } else if (this.text()) this.row.replaceChildren();
    else {
      const { suggestions, read } = this.field;
      const groups = [
        suggestions.length ? this.group(this.texts.suggestion, suggestions) : "",
        read ? this.group(this.texts.read, [read], suggestions.length) : "",
      ];
      this.row.replaceChildren(...groups);
    }
  }

  group(...offer) {
    return make("div", { class: "row" }, ...this.offered(...offer));
  }
}

/** The entry that is named already, which Enter stores; the server lists it first. */
function markMeant(button) {
  button.classList.add("meant");
  button.querySelector("kbd").textContent = "Enter";
}
