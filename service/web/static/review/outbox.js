/** Answers on their way: sent at once and in order, kept until the server has them. */

import { Refused, sendUntilReached } from "./server.js";

export class Outbox {
  /**
   * `on.count(n)`: so many are not saved yet.  `on.away(bool)`: the connection is lost, or back.
   * `on.signedOut()`: nothing more can be sent.  `on.refused(item, fault)`: the server did not take this one.
   */
  constructor(store, on) {
    this.store = store;
    this.on = on;
    this.items = store.get("outbox", []);
    this.sending = null;
  }

  get ids() {
    return this.items.map((item) => item.id);
  }

  /** Keep {id, token, values, asWritten, answer, page} and send it. */
  add(item) {
    this.items.push(item);
    this.keep();
    this.start();
  }

  /** Send what there is; resolves when all is saved, or nothing more can be sent. */
  start() {
    this.on.count(this.items.length);
    this.sending ??= this.empty().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  async empty() {
    while (this.items.length) {
      const item = this.items[0];
      const path = `/api/review/fields/${item.id}/verdict`;
      try {
        await sendUntilReached(path, { token: item.token, values: item.values, as_written: item.asWritten }, this.on.away);
        this.store.remove(`draft:${item.id}`);
      } catch (fault) {
        if (!(fault instanceof Refused)) throw fault;
        if (fault.isSignedOut) {
          this.on.signedOut();
          return;
        }
        this.on.refused(item, fault);
      }
      this.items.shift();
      this.keep();
      this.on.count(this.items.length);
    }
  }

  keep() {
    this.store.set("outbox", this.items);
  }
}
