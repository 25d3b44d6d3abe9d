/** The overview: what is said where something was measured, and where nothing was. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { answers, page, question, shortened } from "../app/pages/overview/answers.js";
import { divided, largest, lastSeen, latest, measured, share, thinned, total } from "../app/pages/overview/series.js";

const WORDS = { seconds: String, percent: String, money: String };
const NOTHING = { series: {}, alarms: [], cost: null };

test("what nobody measured is null, not zero", () => {
  for (const values of [[], [null, null], null, undefined]) {
    assert.equal(measured(values), false);
    assert.equal(total(values), null);
    assert.equal(largest(values), null);
    assert.equal(latest(values), null);
    assert.deepEqual(divided(values, 2).filter(Boolean), []);
  }
  assert.equal(measured([null, 0]), true);
  assert.equal(total([null, 0]), 0);
});

test("the latest value is a recent one, or none", () => {
  assert.equal(latest([1, 2, null]), 2);
  assert.equal(latest([1, null, null, null]), null);
});

test("what was seen last is told with how long ago it was", () => {
  assert.deepEqual(lastSeen([1, 2, null, null]), { value: 2, steps: 2 });
  assert.equal(lastSeen([null]), null);
  assert.equal(lastSeen(null), null);
});

test("where nothing is read now, it is said how long the last had waited", () => {
  const series = { decided: [1, 0, 0, 0], iterator_age_ms: [500, null, null, null] };
  const found = answers({ series, alarms: [], cost: {} }, null, WORDS);
  assert.deepEqual(found.keeping, { kind: "good", text: "Nothing is read now; the last had waited 0.5." });
});

test("a share of nothing is null", () => {
  assert.equal(share([[1]], [0]), null);
  assert.equal(share([[1, null], [1]], [4, 4]), 0.25);
});

test("thinning keeps means, gaps and short series", () => {
  assert.deepEqual(thinned([1, null], 4), [1, null]);
  assert.deepEqual(thinned([1, 3, null, null, 5, null], 3), [2, null, 5]);
  assert.equal(thinned(Array(1000).fill(7), 48).length, 48);
});

test("an alarm is known by its page, and belongs to one question", () => {
  const alarm = (/** @type {string} */ name) => ({
    name: "X",
    state: "ALARM",
    since: null,
    reason: null,
    runbook: `docs/runbooks/${name}.md`,
  });
  assert.equal(page(alarm("model-drift")), "model-drift");
  assert.equal(question(alarm("scoring-lag")), "keeping");
  assert.equal(question(alarm("model-drift")), "model");
  assert.equal(question(alarm("rules-only")), "deciding");
  assert.equal(question({ name: "DecisionsThrottled", state: "OK", since: null, reason: null }), "keeping");
});

test("an alarm's reason is short, however long CloudWatch makes it", () => {
  assert.equal(shortened("is 1: [no data, no data, no data, 1]"), "is 1: [no data …, 1]");
  assert.equal(shortened("x".repeat(900)).length, 201);
  assert.equal(shortened(null), "");
});

test("where nothing was measured, nothing is claimed", () => {
  const found = answers(NOTHING, null, WORDS);
  for (const { kind } of Object.values(found)) assert.equal(kind, "neutral");
});

test("an alarm speaks before figures do", () => {
  const alarms = [
    { name: "ScoringLag", state: "ALARM", since: null, reason: null, runbook: "docs/runbooks/scoring-lag.md" },
  ];
  const found = answers({ series: { decided: [9], iterator_age_ms: [5] }, alarms, cost: {} }, null, WORDS);
  assert.equal(found.keeping.kind, "bad");
  assert.match(found.keeping.text, /ScoringLag/);
  assert.equal(found.deciding.kind, "good");
});

test("rules alone, an old iterator and a drifted feature ask for a look", () => {
  const series = { decided: [10], rules_only: [5], reviewed: [1], blocked: [0], iterator_age_ms: [120_000] };
  const report = { why_not: "", drifted: ["amount"], labels: { worse: false } };
  const found = answers({ series, alarms: [], cost: { dollars: 2 } }, { report }, WORDS);
  assert.deepEqual(
    [found.keeping.kind, found.deciding.kind, found.model.kind, found.cost.text],
    ["warn", "warn", "warn", "2 this month so far."],
  );
});
