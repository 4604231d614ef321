/** One field with handwriting: number, date, word of a list, text.  The machine's thought is offered, never filled in. */

import { filled, make } from "./dom.js";

const MOST_ROWS = 4;
const DATE = /^(?:(?:(\d{1,2})[ ./-])?(\d{1,2})[ ./-])?([12]\d{3})$|^(\d{2})?(\d{2})([12]\d{3})$/;

export class Writing {
  /** `on.answer`, `on.say` as in Choice; `on.typed(text)`: the draft changed.  `draft` is what was half typed before. */
  constructor(field, root, texts, on, draft) {
    Object.assign(this, { field, texts, on });
    const tall = field.kind === "text" && field.lines > 1;
    const isDigits = field.kind === "number" || field.kind === "date";
    this.input = make(tall ? "textarea" : "input", {
      class: "typed",
      "aria-labelledby": "question",
      "aria-describedby": "say",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      dir: isDigits ? "ltr" : "auto",
      inputmode: isDigits ? "numeric" : null,
      rows: tall ? Math.min(field.lines, MOST_ROWS) : null,
      type: tall ? null : "text",
    });
    this.input.value = draft ?? this.decided();
    this.input.addEventListener("input", () => on.typed(this.input.value));
    root.replaceChildren(this.suggested(), this.input);
  }

  focus() {
    this.input.focus();
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  isEmpty() {
    return this.input.value === "";
  }

  /** Take over a suggestion by its number, to be accepted or mended. */
  digit(digit) {
    const text = this.field.suggestions[digit - 1];
    if (text === undefined) {
      this.on.say("cannot_here");
      return;
    }
    this.input.value = text;
    this.on.typed(text);
    this.focus();
  }

  move() {}

  result() {
    const text = digitsOf(this.input.value.normalize("NFC").trim(), this.field.kind);
    if (!text) return { refused: this.texts.type_first };
    const problem = { number: () => this.numberProblem(text), date: () => this.dateProblem(text) }[this.field.kind]?.();
    if (problem) return { refused: problem };
    return { values: this.all(text), doubt: this.doubt(text) };
  }

  inWords(values) {
    return String(Object.values(values)[0]);
  }

  all(value) {
    return Object.fromEntries(this.field.variables.map((variable) => [variable, value]));
  }

  numberProblem(text) {
    if (!/^\d+$/.test(text)) return this.texts.only_digits;
    const most = this.field.digits;
    return most && text.length > most ? filled(this.texts.too_many_digits, { n: most }) : null;
  }

  dateProblem(text) {
    const found = dateParts(text);
    if (!found) return this.texts.date_unusable;
    const real = new Date(Date.UTC(found.year, found.month - 1, found.day));
    return real.getUTCMonth() === found.month - 1 && real.getUTCDate() === found.day ? null : this.texts.no_such_day;
  }

  /** The sentence that asks about what can hardly be right; the server refuses it too, until it is confirmed. */
  doubt(text) {
    if (this.field.kind === "number" && this.field.range) {
      const [from, to] = this.field.range;
      return Number(text) < from || Number(text) > to ? filled(this.texts.out_of_range, { from, to }) : null;
    }
    if (this.field.kind === "date") {
      const { year, month, day } = dateParts(text);
      const stands = `${year}-${two(month)}-${two(day)}`;
      const [from, to] = this.field.days;
      return stands < from || stands > to ? filled(this.texts.unlikely_date, { from: asTyped(from), to: asTyped(to) }) : null;
    }
    return null;
  }

  /** What this person decided before, as it would be typed. */
  decided() {
    const value = this.field.value ? Object.values(this.field.value)[0] : "";
    if (typeof value === "number") return value < 0 ? "" : String(value);
    return this.field.kind === "date" ? asTyped(value) : value;
  }

  suggested() {
    const { suggestions } = this.field;
    return suggestions.length ? make("p", { class: "row suggestions" }, ...this.offered(this.texts.suggestion, suggestions)) : "";
  }

  /** A caption and a button for each text, whose keys begin after the first `before` ones. */
  offered(caption, texts, before = 0) {
    const buttons = texts.slice(0, 9).map((text, index) => {
      const number = before + index + 1;
      const made = make("button", { type: "button", class: "button suggestion" }, make("bdi", { dir: "auto" }, text), make("kbd", {}, `Alt+${number}`));
      made.addEventListener("click", () => this.digit(number));
      return made;
    });
    return [make("span", { class: "muted" }, caption), ...buttons];
  }
}

/** Numbers and dates with the digits of other scripts as 0-9. */
function digitsOf(text, kind) {
  if (kind !== "number" && kind !== "date") return text;
  return text.replace(/[٠-٩۰-۹]/g, (digit) => String(digit.codePointAt(0) % 16));
}

/** {year, month, day} of a date as it is typed, 1 for what is absent; null where it is none. */
function dateParts(text) {
  const found = DATE.exec(text);
  if (!found) return null;
  const [day, month, year] = [found[1] ?? found[4] ?? 1, found[2] ?? found[5] ?? 1, found[3] ?? found[6]].map(Number);
  return { year, month, day };
}

/** 2015-08-04 as 04.08.2015. */
function asTyped(stored) {
  return stored.split("-").reverse().join(".");
}

function two(number) {
  return String(number).padStart(2, "0");
}
