/** One field whose boxes are chosen: single choice, row of a table, several choices. */

import { filled, make } from "./dom.js";

const MANY = 6; // narrower options from here on, so that all fit on a small screen
const ONE_DIGIT = 9; // with more options every option has two digits: 01 ... 12

export class Choice {
  /** `on.answer(values)`: the person chose and goes on.  `on.say(name)`: a sentence out of `texts`. */
  constructor(field, root, texts, on) {
    Object.assign(this, { field, texts, on });
    this.several = field.kind === "multiple";
    this.twoDigits = field.options.length > ONE_DIGIT;
    this.firstDigit = null;
    this.found = field.options.map((option) => this.before(option));
    this.place = Math.max(0, this.found.indexOf(true));
    this.buttons = field.options.map((option, index) => this.button(option, index));
    const role = this.several ? "group" : "radiogroup";
    root.replaceChildren(make("div", { class: this.buttons.length > MANY ? "options many" : "options", role, "aria-labelledby": "question" }, ...this.buttons));
    this.paint();
  }

  /** What the person finds: true, false, or null where nobody knows. */
  before(option) {
    const { value, options } = this.field;
    if (value) {
      const given = value[option.variable];
      return this.several && !option.is_missing ? given === 1 : given === option.code;
    }
    if (this.several) return { marked: true, empty: false, cancelled: false }[option.state] ?? (option.is_missing ? false : null);
    const seen = options.map((one) => one.state);
    const clear = seen.filter((state) => state === "marked").length === 1 && !seen.includes("unsure");
    return clear && option.state === "marked";
  }

  focus() {
    this.buttons[this.place].focus();
  }

  isEmpty() {
    return true;
  }

  /** A digit key: chooses at once, or with many options after its second digit. */
  digit(digit) {
    let number = digit;
    if (this.twoDigits) {
      if (this.firstDigit === null) {
        this.firstDigit = digit;
        this.paint();
        return;
      }
      number = 10 * this.firstDigit + digit;
      this.firstDigit = null;
      this.paint();
    }
    if (number === 0) this.on.answer(this.all(-9));
    else if (number <= this.field.options.length) this.choose(number - 1);
    else this.on.say("cannot_here");
  }

  move(up) {
    const count = this.buttons.length;
    this.place = (this.place + (up ? count - 1 : 1)) % count;
    if (!this.several) this.found = this.found.map((_, index) => index === this.place);
    this.paint();
    this.focus();
  }

  choose(index) {
    const option = this.field.options[index];
    if (option.is_missing || !this.several) {
      this.on.answer(this.all(option.code));
      return;
    }
    this.found[index] = this.found[index] !== true;
    this.place = index;
    this.paint();
    this.focus();
  }

  /** {values}, {refused: sentence}, or {values, doubt: sentence}. */
  result() {
    const { options, at_most: atMost } = this.field;
    const chosen = options.filter((_, index) => this.found[index]);
    if (!this.several) {
      return chosen.length ? { values: this.all(chosen[0].code) } : { refused: this.texts.choose_first };
    }
    if (this.found.includes(null)) return { refused: this.texts.decide_first };
    if (!chosen.length) return { refused: this.texts.none_marked };
    if (chosen[0].is_missing) return { values: this.all(chosen[0].code) };
    const values = {};
    options.forEach((option, index) => {
      if (!option.is_missing) values[option.variable] = this.found[index] ? 1 : 0;
    });
    const doubt = atMost && chosen.length > atMost ? filled(this.texts.too_many, { n: atMost }) : null;
    return { values, doubt };
  }

  /** An answer in words, for messages. */
  inWords(values) {
    const chosen = this.field.options.filter((option) => values[option.variable] === (this.several && !option.is_missing ? 1 : option.code));
    return chosen.map((option) => option.other || option.own).join(", ") || String(Object.values(values)[0]);
  }

  all(code) {
    return Object.fromEntries(this.field.variables.map((variable) => [variable, code]));
  }

  button(option, index) {
    const { own, form_language: language } = this.field;
    const shown = option.state === "empty" || !option.state ? null : this.texts[`state_${option.state}`];
    const label = make("bdi", { class: "own", lang: own?.language ?? language, dir: own?.dir }, option.own);
    const other = option.other && option.other !== option.own ? make("bdi", { class: "other muted" }, option.other) : null;
    const badge = shown ? make("span", { class: `badge ${option.state === "marked" ? "" : option.state === "unsure" ? "warn" : "quiet"}` }, shown) : null;
    const number = String(index + 1).padStart(this.twoDigits ? 2 : 1, "0");
    const made = make(
      "button",
      { type: "button", class: "option", role: this.several ? "checkbox" : "radio" },
      make("kbd", {}, number),
      make("span", { class: "words" }, label, other),
      badge,
    );
    made.addEventListener("click", () => this.choose(index));
    return made;
  }

  paint() {
    this.buttons.forEach((button, index) => {
      const state = this.found[index];
      button.setAttribute("aria-checked", state === null && this.several ? "mixed" : String(state === true));
      button.tabIndex = index === this.place ? 0 : -1;
      const number = index + 1;
      button.classList.toggle("faded", this.firstDigit !== null && Math.floor(number / 10) !== this.firstDigit);
    });
  }
}
