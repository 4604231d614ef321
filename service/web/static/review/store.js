/** What survives a reload of this tab: unsaved answers, half-typed texts, skipped fields; one person's only. */

export class Store {
  constructor(person) {
    this.prefix = `review:${person}:`;
  }

  get(name, otherwise) {
    const kept = sessionStorage.getItem(this.prefix + name);
    return kept === null ? otherwise : JSON.parse(kept);
  }

  set(name, value) {
    sessionStorage.setItem(this.prefix + name, JSON.stringify(value));
  }

  remove(name) {
    sessionStorage.removeItem(this.prefix + name);
  }
}
