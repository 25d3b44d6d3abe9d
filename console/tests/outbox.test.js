/** Findings on their way: held, taken back, sent in order, kept where they fail. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { BELIEVED_MS, HELD_MS, Outbox } from "../app/findings/outbox.js";

const CARD = "tok_1";
const CASE = { card_id: CARD, seen_at: "2026-11-24T10:00:00.000Z", transaction_ids: ["tx-1", "tx-2"] };
const ONE = { transaction_id: "tx-1", card_id: CARD };

/** An outbox with a clock of its own, and an API that answers when it is told to. */
function world() {
  const timers = /** @type {{at: number, run: () => void}[]} */ ([]);
  const seen = {
    now: 1000,
    sent: /** @type {any[]} */ ([]),
    keepalive: /** @type {boolean[]} */ ([]),
    kept: /** @type {any} */ ([]),
    answers: /** @type {((problem?: any) => void)[]} */ ([]),
  };
  let count = 0;
  const outbox = new Outbox({
    send: (body, keepalive) =>
      new Promise((resolve, reject) => {
        seen.sent.push(body);
        seen.keepalive.push(keepalive);
        seen.answers.push((problem) => (problem ? reject(problem) : resolve({})));
      }),
    changed: (list) => {
      seen.kept = JSON.parse(JSON.stringify(list));
    },
    now: () => seen.now,
    later: (run, milliseconds) => timers.push({ at: seen.now + milliseconds, run }),
    name: () => `finding-${++count}`,
  });
  const pass = async (/** @type {number} */ milliseconds) => {
    seen.now += milliseconds;
    for (const timer of timers.filter(({ at }) => at <= seen.now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.run();
    }
    await settled();
  };
  return { outbox, seen, pass, settled };
}

/** Let what was promised happen. */
async function settled() {
  for (let round = 0; round < 10; round++) await Promise.resolve();
}

test("A finding is held back for a while and then sent once.", async () => {
  const { outbox, seen, pass } = world();
  outbox.say(CASE, "fraud", "asleep");
  await pass(HELD_MS - 1);
  assert.deepEqual(seen.sent, []);
  await pass(1);
  assert.deepEqual(seen.sent, [{ card_id: CARD, seen_at: CASE.seen_at, disposition: "fraud", note: "asleep" }]);
  seen.answers[0]();
  await pass(HELD_MS);
  assert.equal(seen.sent.length, 1);
  assert.equal(outbox.list[0].state, "sent");
});

test("What is taken back in time is never sent; what has left cannot be taken back.", async () => {
  const { outbox, seen, pass } = world();
  const early = outbox.say(ONE, "fraud");
  assert.equal(outbox.undo(early.id)?.id, early.id);
  await pass(HELD_MS);
  assert.deepEqual(seen.sent, []);
  const late = outbox.say(ONE, "fraud");
  await pass(HELD_MS);
  assert.equal(outbox.undo(late.id), null);
  assert.equal(seen.sent.length, 1);
});

test("The opposite finding takes the place of one that is still held.", async () => {
  const { outbox, seen, pass } = world();
  outbox.say(ONE, "fraud");
  outbox.say(ONE, "legitimate");
  await pass(HELD_MS);
  assert.deepEqual(seen.sent, [{ transaction_id: "tx-1", disposition: "legitimate" }]);
});

test("Of one card the later finding is sent only when the earlier has arrived.", async () => {
  const { outbox, seen, pass, settled: then } = world();
  outbox.say(ONE, "fraud");
  await pass(HELD_MS);
  outbox.say(ONE, "legitimate");
  await pass(HELD_MS);
  assert.equal(seen.sent.length, 1);
  seen.answers[0]();
  await then();
  assert.deepEqual(seen.sent[1], { transaction_id: "tx-1", disposition: "legitimate" });
});

test("A case is sent one by one while another finding of its card is not through the stream.", async () => {
  const { outbox, seen, pass } = world();
  outbox.say(ONE, "legitimate");
  await pass(HELD_MS);
  seen.answers[0]();
  outbox.say({ ...CASE, transaction_ids: ["tx-2"] }, "fraud");
  await pass(HELD_MS);
  assert.deepEqual(seen.sent[1], { transaction_id: "tx-2", disposition: "fraud" });
});

test("What was refused is kept with the reason, and sent again as it was.", async () => {
  const { outbox, seen, pass, settled: then } = world();
  const said = outbox.say(ONE, "fraud", "asleep");
  await pass(HELD_MS);
  seen.answers[0](new Error("The system is away."));
  await then();
  assert.equal(outbox.list[0].state, "failed");
  assert.equal(outbox.list[0].why, "The system is away.");
  assert.equal(outbox.of("tx-1"), null);
  outbox.retry(said.id);
  assert.deepEqual(seen.sent[1], seen.sent[0]);
  outbox.discard(said.id);
  assert.equal(outbox.list.length, 1, "what is being sent cannot be discarded");
});

test("Without a session nothing is sent and nothing is lost.", async () => {
  const { outbox, seen, pass, settled: then } = world();
  outbox.say(ONE, "fraud");
  await pass(HELD_MS);
  seen.answers[0](Object.assign(new Error("ended"), { status: 401 }));
  await then();
  assert.equal(outbox.list[0].state, "held");
  await pass(HELD_MS);
  assert.equal(seen.sent.length, 1);
  outbox.rest(false);
  assert.deepEqual(seen.sent[1], seen.sent[0]);
});

test("A page that is left sends all that is held at once, so that it outlives the page.", () => {
  const { outbox, seen } = world();
  outbox.say(ONE, "fraud");
  outbox.say({ transaction_id: "tx-9", card_id: "tok_2" }, "legitimate");
  outbox.flush();
  assert.deepEqual(
    seen.sent.map((body) => body.transaction_id),
    ["tx-1", "tx-9"],
  );
  assert.deepEqual(seen.keepalive, [true, true]);
});

test("A reload takes up what was held, and sends again what nobody knows to have arrived.", async () => {
  const before = world();
  before.outbox.say(ONE, "fraud");
  await before.pass(HELD_MS);
  before.outbox.say({ transaction_id: "tx-9", card_id: "tok_2" }, "legitimate");
  const { outbox, seen, pass } = world();
  seen.now = before.seen.now;
  outbox.restore(before.seen.kept);
  assert.deepEqual(seen.sent, before.seen.sent);
  await pass(HELD_MS);
  assert.deepEqual(seen.sent[1], { transaction_id: "tx-9", disposition: "legitimate" });
});

test("What was sent is remembered until the API says the same, or for a minute.", async () => {
  const { outbox, seen, pass, settled: then } = world();
  outbox.say(CASE, "fraud");
  await pass(HELD_MS);
  seen.answers[0]();
  await then();
  outbox.settle((name) => (name === "tx-1" ? "fraud" : null));
  assert.equal(outbox.of("tx-2")?.disposition, "fraud");
  outbox.settle(() => "fraud");
  assert.equal(outbox.of("tx-2"), null);
  outbox.say(ONE, "legitimate");
  await pass(HELD_MS);
  seen.answers[1]();
  await then();
  await pass(BELIEVED_MS + 1);
  outbox.settle(() => null);
  assert.equal(outbox.of("tx-1"), null);
});
