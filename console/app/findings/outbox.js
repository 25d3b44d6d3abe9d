/** What an analyst said, from the key that was pressed until the API has it. */

/**
 * @typedef {{transaction_id: string, card_id: string}} OfTransaction
 * @typedef {{card_id: string, seen_at: string, transaction_ids: string[]}} OfCase seen_at: when the newest was decided
 *   that was looked at
 * @typedef {{card_id: string, transaction_ids: string[]}} OfSeveral
 * @typedef {OfTransaction | OfCase | OfSeveral} Subject what a finding is of: one transaction; all that is open in a card's
 *   case; or several one by one, where no case is open any more
 * @typedef {"fraud" | "legitimate"} Disposition
 */

/**
 * @typedef {object} Finding
 * @property {string} id
 * @property {string} card_id
 * @property {string[]} transaction_ids that it speaks of
 * @property {boolean} whole whether it is of the whole case
 * @property {Disposition} disposition
 * @property {string | null} note
 * @property {Record<string, string>[]} bodies what is sent: made once, so that nothing is ever sent with another content
 * @property {number} due when it is sent; epoch in milliseconds
 * @property {"held" | "sending" | "sent" | "failed"} state
 * @property {string | null} why it failed
 * @property {number | null} sent_at
 */

/** For so long a finding can be taken back as if it had never been said. */
export const HELD_MS = 6000;
/** For so long what was sent is believed to be on its way through the stream; a label takes a second or two. */
export const BELIEVED_MS = 60_000;

/**
 * Holds findings back for a while, sends them in the order in which they were said of a card, and keeps what failed.
 */
export class Outbox {
  /** @type {readonly Finding[]} */
  list = [];
  /** Nothing is sent while nobody is signed in. */
  rests = false;

  /**
   * @param {object} doors
   * @param {(body: Record<string, string>, keepalive: boolean) => Promise<unknown>} doors.send
   * @param {(list: readonly Finding[]) => void} doors.changed called with every change: keeps and shows it
   * @param {() => number} doors.now epoch in milliseconds
   * @param {(run: () => void, milliseconds: number) => void} doors.later
   * @param {() => string} doors.name a new id
   */
  constructor({ send, changed, now, later, name }) {
    this.doors = { send, changed, now, later, name };
  }

  /**
   * Take up what a page before this one had not finished. What was being sent then is sent again, as it was: whether it
   * arrived nobody knows, and the API takes the same finding twice.
   * @param {readonly Finding[]} list
   */
  restore(list) {
    const now = this.doors.now();
    this.#set(list.map((one) => (one.state === "sending" ? { ...one, state: "held", due: now } : one)));
    for (const one of this.list) if (one.state === "held") this.#wake(one.due - now);
    this.#sendDue();
  }

  /**
   * Say something. What was said before of the same transactions and has not left is dropped for it.
   * @param {Subject} subject
   * @param {Disposition} disposition
   * @param {string | null} [note]
   * @returns {Finding}
   */
  say(subject, disposition, note = null) {
    const whole = !("transaction_id" in subject);
    const names = whole ? subject.transaction_ids : [subject.transaction_id];
    const rest = this.list.filter(
      (one) => !(isUnsent(one) && one.transaction_ids.every((name) => names.includes(name))),
    );
    /** @type {Finding} */
    const said = {
      id: this.doors.name(),
      card_id: subject.card_id,
      transaction_ids: names,
      whole,
      disposition,
      note: note || null,
      bodies: bodies(subject, disposition, note, rest),
      due: this.doors.now() + HELD_MS,
      state: "held",
      why: null,
      sent_at: null,
    };
    this.#set([...rest, said]);
    this.#wake(HELD_MS);
    return said;
  }

  /**
   * Take back what has not left yet.
   * @param {string} id
   * @returns {Finding | null} what was taken back; null where it was too late
   */
  undo(id) {
    const found = this.list.find((one) => one.id === id && one.state === "held");
    if (found) this.#set(this.list.filter((one) => one !== found));
    return found ?? null;
  }

  /** Send what failed again, as it was. @param {string} id */
  retry(id) {
    this.#change(id, (one) =>
      one.state === "failed" ? { ...one, state: "held", why: null, due: this.doors.now() } : one,
    );
    this.#sendDue();
  }

  /** Forget what failed. @param {string} id */
  discard(id) {
    this.#set(this.list.filter((one) => !(one.id === id && one.state === "failed")));
  }

  /** Send everything that is held, now: the page is being left. */
  flush() {
    this.#sendDue({ all: true, keepalive: true });
  }

  /** Rest, or go on: where nobody is signed in nothing can be sent. @param {boolean} rests */
  rest(rests) {
    this.rests = rests;
    this.#sendDue();
  }

  /**
   * The latest finding that speaks of a transaction and has not failed.
   * @param {string} transaction_id
   * @returns {Finding | null}
   */
  of(transaction_id) {
    return this.list.findLast((one) => one.state !== "failed" && one.transaction_ids.includes(transaction_id)) ?? null;
  }

  /**
   * Drop what was sent once it shows in what the API answers, or should long have shown.
   * @param {(transaction_id: string) => Disposition | null | undefined} known what transactions are found to be; undefined
   *   where the answer does not say
   */
  settle(known) {
    const now = this.doors.now();
    const rest = this.list.filter((one) => {
      if (one.state !== "sent") return true;
      if (now - (one.sent_at ?? 0) > BELIEVED_MS) return false;
      return !one.transaction_ids.every((name) => known(name) === one.disposition);
    });
    if (rest.length < this.list.length) this.#set(rest);
  }

  /** @param {number} milliseconds */
  #wake(milliseconds) {
    this.doors.later(() => this.#sendDue(), Math.max(0, milliseconds));
  }

  #sendDue({ all = false, keepalive = false } = {}) {
    if (this.rests) return;
    for (const one of this.list) {
      // Of one card one after the other: of two labels the later holds, and it must be the one that was said later. Only
      // a page that is being left cannot wait; then they leave in this order.
      const waits = !all && this.list.some((other) => other.card_id === one.card_id && other.state === "sending");
      if (one.state === "held" && (all || one.due <= this.doors.now()) && !waits) this.#send(one, keepalive);
    }
  }

  /** @param {Finding} finding @param {boolean} keepalive */
  async #send(finding, keepalive) {
    this.#change(finding.id, (one) => ({ ...one, state: "sending" }));
    try {
      if (keepalive) await Promise.all(finding.bodies.map((body) => this.doors.send(body, true)));
      else for (const body of finding.bodies) await this.doors.send(body, false);
      this.#change(finding.id, (one) => ({ ...one, state: "sent", sent_at: this.doors.now() }));
    } catch (error) {
      this.#change(finding.id, (one) => this.#failed(one, error));
    }
    this.#sendDue();
  }

  /** @param {Finding} finding @param {any} error @returns {Finding} */
  #failed(finding, error) {
    if (error?.status === 401) {
      this.rests = true;
      return { ...finding, state: "held", due: this.doors.now() };
    }
    return { ...finding, state: "failed", why: error instanceof Error ? error.message : String(error) };
  }

  /** @param {string} id @param {(finding: Finding) => Finding} how */
  #change(id, how) {
    this.#set(this.list.map((one) => (one.id === id ? how(one) : one)));
  }

  /** @param {readonly Finding[]} list */
  #set(list) {
    this.list = list;
    this.doors.changed(list);
  }
}

/** @param {Finding} finding */
function isUnsent(finding) {
  return finding.state === "held" || finding.state === "failed";
}

/**
 * What is sent. A case goes as one, unless something else was just said of one of its transactions: until that is
 * through the stream the API would take it for open, and this finding would speak of it too.
 * @param {Subject} subject
 * @param {Disposition} disposition
 * @param {string | null} note
 * @param {readonly Finding[]} others
 * @returns {Record<string, string>[]}
 */
function bodies(subject, disposition, note, others) {
  const said = { disposition, ...(note ? { note } : {}) };
  if ("transaction_id" in subject) return [{ transaction_id: subject.transaction_id, ...said }];
  const isNews = others.some((one) => one.card_id === subject.card_id && one.state !== "failed");
  if (isNews || !("seen_at" in subject)) {
    return subject.transaction_ids.map((name) => ({ transaction_id: name, ...said }));
  }
  return [{ card_id: subject.card_id, seen_at: subject.seen_at, ...said }];
}
