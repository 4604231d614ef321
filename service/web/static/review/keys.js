/** Keys -> actions, by their place on the keyboard: an Arabic or Ukrainian layout changes nothing. */

const TEXT = "input, textarea, select";
const OWN_KEYS = "button:not(.option), a, summary"; // what is pressed by Enter itself

export class Keys {
  /** `table`: [{action, codes, choice, writing}], as in docs/review.md. */
  constructor(table) {
    this.table = table;
  }

  /** {action, digit} for a key in this mode ("choice" or "writing"), or null where the browser shall have it. */
  actionOf(event, mode) {
    if (event.ctrlKey || event.metaKey || event.isComposing || event.getModifierState("AltGraph")) return null;
    const inText = event.target.matches?.(TEXT);
    if (!inText && !event.altKey && ["?", "؟"].includes(event.key)) return this.named("?", mode);
    if (event.shiftKey) return null;
    const code = event.code.replace(/^Numpad(?=\d$)/, "Digit");
    if (code === "Enter" && event.target.closest?.(OWN_KEYS)) return null;
    if (code === "Backspace" && ((inText && event.target.value !== "") || event.repeat)) return null;
    return this.named((event.altKey ? "Alt+" : "") + code, mode);
  }

  named(name, mode) {
    const key = this.table.find((one) => one[mode] && one.codes.includes(name));
    if (!key) return null;
    const digit = /Digit(\d)$/.exec(name);
    return { action: key.action, digit: digit ? Number(digit[1]) : null, up: name.endsWith("ArrowUp") };
  }
}
