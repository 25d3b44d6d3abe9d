/** What differs: between texts, between documents, between outcomes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { agreement, flow, pairs, verdict } from "../app/pages/rules/backtest/figures.js";
import { difference, hunks } from "../app/pages/rules/lines.js";
import { changes } from "../app/pages/rules/policy.js";

/** @param {import("../app/pages/rules/lines.js").Line[]} lines @param {string} without */
const side = (lines, without) =>
  lines
    .filter(({ sign }) => sign !== without)
    .map(({ text }) => text)
    .join("\n");

test("both texts can be read off their difference", () => {
  const texts = ["", "a", "a\nb\nc", "b\nc\nd", "x\na\nb\ny\nc\n", "a\na\na", "c\nb\na"];
  for (const before of texts) {
    for (const after of texts) {
      const lines = difference(before, after);
      assert.equal(side(lines, "+"), before);
      assert.equal(side(lines, "-"), after);
    }
  }
});

test("a changed line stands as one taken and one given, the others are equal", () => {
  assert.deepEqual(
    difference("a\nb\nc", "a\nB\nc").map(({ sign, old, now }) => [sign, old, now]),
    [
      [" ", 1, 1],
      ["-", 2, null],
      ["+", null, 2],
      [" ", 3, 3],
    ],
  );
});

test("texts too large to compare are still told apart", () => {
  const many = (/** @type {string} */ of) => Array.from({ length: 2100 }, (_, at) => `${of}${at}`).join("\n");
  const lines = difference(many("a"), many("b"));
  assert.equal(lines.length, 4200);
});

test("equal lines far from a change are counted, not shown", () => {
  const before = Array.from({ length: 20 }, (_, at) => `line ${at}`);
  const after = before.with(10, "other");
  const shown = hunks(difference(before.join("\n"), after.join("\n")), 2);
  assert.deepEqual(shown[0], { skipped: 8 });
  assert.deepEqual(shown.at(-1), { skipped: 7 });
  assert.equal(shown.length, 8);
});

const RULE = { name: "r", because: "b", when: "a >= 1", outcome: "review" };
const LIST = { name: "l", of: "card_id", effect: "block", because: "b", entries: [{ value: "x" }, "y"] };

test("two documents that decide alike differ in nothing", () => {
  const document = { version: "1", rules: [RULE], lists: [LIST], thresholds: { review: "model" }, snoozes: [] };
  const other = {
    version: "2",
    rules: [{ ...RULE, shadow: false }],
    lists: [{ ...LIST, entries: ["x", { value: "y" }] }],
  };
  assert.deepEqual(changes(document, other), []);
});

test("each change of a document is told in a line", () => {
  const before = { version: "1", rules: [RULE, { ...RULE, name: "gone" }], lists: [LIST], thresholds: { review: 0.5 } };
  const snooze = { rule: "r", until: "2026-12-01T00:00:00Z", because: "b" };
  const after = {
    version: "2",
    rules: [
      { ...RULE, name: "new", shadow: true },
      { ...RULE, when: "a  >=\n2", outcome: "block" },
    ],
    lists: [{ ...LIST, entries: ["x", "z"] }],
    snoozes: [snooze],
  };
  assert.deepEqual(changes(before, after), [
    "- rule gone (review) is gone",
    "+ rule new (review, in the shadow): a >= 1",
    "~ rule r: review -> block",
    "~ rule r: when a >= 1 -> a >= 2",
    "+ list l: 1 entry (z)",
    "- list l: 1 entry (y)",
    "~ threshold of review: 0.5 -> model",
    "+ snooze of rule r until 2026-12-01T00:00:00Z",
  ]);
});

const FIGURES = { caught: 10, missed: 30, wrongly_stopped: 5, wrongly_reviewed: 0, alerts_a_day: 2, saved_minor: -100 };
const REPORT = {
  present: FIGURES,
  changed: { ...FIGURES, caught: 25, missed: 15, wrongly_stopped: 6, saved_minor: 300 },
  difference: { caught: 15, wrongly_stopped: 1, wrongly_reviewed: 0, saved_minor: 400 },
  money: { currency: "EUR" },
};

test("frauds caught and missed share a scale, and more of a good thing is better", () => {
  const found = Object.fromEntries(pairs(REPORT).map((figure) => [figure.key, figure]));
  assert.equal(found.caught.most, 40);
  assert.equal(found.missed.most, 40);
  assert.equal(found.caught.verdict, "better");
  assert.equal(found.missed.verdict, "better");
  assert.equal(found.wrongly_stopped.verdict, "worse");
  assert.equal(found.wrongly_reviewed.verdict, "same");
  assert.equal(found.wrongly_reviewed.most, 1);
  assert.equal(found.saved_minor.most, 300);
});

test("a verdict says money first, then whom it touches", () => {
  const said = verdict(REPORT, (minor, currency) => `${currency} ${minor}`);
  assert.equal(said.head, "It saves EUR 400 more than the live rules.");
  assert.equal(
    said.text,
    "15 more frauds caught, 1 more legitimate payment stopped, as many legitimate payments reviewed.",
  );
});

test("agreement is told by what it means", () => {
  const of = (/** @type {any} */ found) => agreement({ agreement: { version: "1", ...found } }).kind;
  assert.equal(of({ rows: 0, equal: 0 }), "warn");
  assert.equal(of({ rows: 9, equal: 9 }), "good");
  assert.equal(of({ rows: 9, equal: 8, outcome_differs: 1, rules_differ: 0 }), "bad");
});

test("a flow fills each outcome with its links, on both sides", () => {
  const { left, right, links } = flow([
    { from: "approve", to: "review", rows: 90, fraud: 30, legitimate: 50, unknown: 10 },
    { from: "review", to: "approve", rows: 9, fraud: 0, legitimate: 9, unknown: 0 },
    { from: "review", to: "block", rows: 1, fraud: 1, legitimate: 0, unknown: 0 },
  ]);
  assert.deepEqual(
    left.map(({ outcome, rows }) => [outcome, rows]),
    [
      ["review", 10],
      ["approve", 90],
    ],
  );
  assert.equal(links.length, 5);
  for (const [side, nodes] of /** @type {const} */ ([
    ["left", left],
    ["right", right],
  ])) {
    assert.ok(Math.abs(nodes[nodes.length - 1].to - 1) < 1e-9);
    for (const node of nodes) {
      assert.ok(node.to - node.from > 0.1);
      const mine = links.filter((link) => (side === "left" ? link.before : link.after) === node.outcome);
      const filled = mine.reduce((sum, link) => sum + link[side][1] - link[side][0], 0);
      assert.ok(Math.abs(filled - (node.to - node.from)) < 1e-9);
    }
  }
});

test("no changes are no flow", () => {
  assert.deepEqual(flow([]), { left: [], right: [], links: [] });
});
