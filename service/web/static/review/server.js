/** Asking the server, and telling its refusals from a lost connection. */

const PATIENCE_MS = 20_000; // longer than the server ever takes; a broken line may never answer
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;
const GONE = [401, 403]; // the session ended, or another person signed in

/** The server answered, and said no. */
export class Refused extends Error {
  constructor(status, error, message) {
    super(message);
    this.status = status;
    this.error = error;
  }

  get isSignedOut() {
    return GONE.includes(this.status) && this.error !== "not_allowed";
  }
}

/** Send an object; the answer's object.  Throws Refused, or another error where the server cannot be reached. */
export async function send(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (response.ok) return response.json();
  const told = await response.json().catch(() => ({}));
  throw new Refused(response.status, told.error, told.message ?? response.statusText);
}

/** Whether trying again later may help. */
export function isAway(fault) {
  return !(fault instanceof Refused) || fault.status >= 500 || fault.status === 429;
}

/** Send until the server was reached.  `tell(true)` while it cannot be, `tell(false)` after it could again. */
export async function sendUntilReached(path, body, tell) {
  for (let wait = FIRST_WAIT_MS, lost = false; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      const answer = await send(path, typeof body === "function" ? body() : body);
      if (lost) tell(false);
      return answer;
    } catch (fault) {
      if (!isAway(fault)) {
        if (lost) tell(false);
        throw fault;
      }
      lost = true;
      tell(true);
      await pause(wait);
    }
  }
}

/** Wait, or less where the browser finds the network again. */
function pause(ms) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    }
    addEventListener("online", done);
  });
}
