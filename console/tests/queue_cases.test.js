/** What a case says, which are shown, and how the list stays still. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { item, risk, together } from "../app/pages/queue/cases.js";
import { filtersOf, isFiltering, passes, queryOf, USUAL } from "../app/pages/queue/filters.js";
import { arrange, sorted } from "../app/pages/queue/order.js";

/** @param {string} id @param {object} [fields] @returns {any} */
function transaction(id, fields = {}) {
  const usual = { amount_minor: 1000, currency: "EUR", terminal_id: "T-1", decision: "review", fraud_score: 0.6 };
  const at = "2026-11-24T10:00:00.000Z";
  return { transaction_id: id, event_time: at, decided_at: at, rules_fired: [], ...usual, ...fields };
}

/** @param {string} id @param {any[]} transactions @param {object} [fields] @returns {any} */
function caseOf(id, transactions, fields = {}) {
  const at = "2026-11-24T10:00:00.000Z";
  const usual = { card_id: `tok_${id}`, opened_at: at, updated_at: at, severity: "medium", amounts: {} };
  return { case_id: id, transactions, count: transactions.length, ...usual, ...fields };
}

/** @param {string} id @param {any[]} transactions @param {object} [fields] @returns {any} */
function shown(id, transactions, fields = {}) {
  return item(caseOf(id, transactions, fields));
}

test("Risk is that of the API: any of what waits, blocked at least .9, unscored .5.", () => {
  assert.equal(risk([transaction("a", { fraud_score: 0.6 }), transaction("b", { fraud_score: 0.5 })]), 0.8);
  assert.equal(risk([transaction("a", { decision: "block", fraud_score: 0.2 })]), 0.9);
  assert.equal(risk([transaction("a", { fraud_score: null })]), 0.5);
});

test("A case speaks of what waits alone, and is gone where nothing does.", () => {
  const found = { label: "fraud", label_time: "2026-11-24T11:00:00.000Z", source: "analyst" };
  const of = caseOf("c", [transaction("a", { disposition: found, rules_fired: ["r"] }), transaction("b")]);
  assert.deepEqual([item(of)?.stake, item(of)?.rules, item(of)?.open.length], [{ EUR: 1000 }, [], 1]);
  assert.equal(
    item(of, () => true),
    null,
  );
});

test("What is at stake together keeps currencies apart.", () => {
  const items = [shown("1", [transaction("a")]), shown("2", [transaction("b"), transaction("c", { currency: "USD" })])];
  assert.deepEqual(together(items), { EUR: 2000, USD: 1000 });
});

test("By amount, the currency most cases have comes first.", () => {
  const items = [
    shown("yen", [transaction("a", { currency: "JPY", amount_minor: 9_000_000 })]),
    shown("small", [transaction("b", { amount_minor: 1 })]),
    shown("large", [transaction("c", { amount_minor: 2 })]),
  ];
  assert.deepEqual(
    sorted(items, "amount").map(({ id }) => id),
    ["large", "small", "yen"],
  );
});

test("By age the one that was opened first stands first; by risk the riskiest.", () => {
  const items = [
    shown("new", [transaction("a", { fraud_score: 0.9 })], { opened_at: "2026-11-24T11:00:00.000Z" }),
    shown("old", [transaction("b")]),
  ];
  assert.deepEqual([sorted(items, "age")[0].id, sorted(items, "risk")[0].id], ["old", "new"]);
});

test("While somebody is at work nothing moves at or above what they look at.", () => {
  const arranged = arrange(["a", "b", "c"], ["new", "a", "b", "low", "c"], { selected: "b", isFree: false });
  assert.deepEqual(arranged, { shown: ["a", "b", "low", "c"], waiting: ["new"], isStale: false });
});

test("What is gone leaves, and another order is only told of.", () => {
  const arranged = arrange(["a", "b", "c"], ["c", "a"], { selected: "a", isFree: false });
  assert.deepEqual(arranged, { shown: ["a", "c"], waiting: [], isStale: true });
});

test("Where nobody is at work, or nothing is shown, all stand as they should.", () => {
  assert.deepEqual(arrange(["b", "a"], ["a", "b"], { selected: "b", isFree: true }).shown, ["a", "b"]);
  assert.deepEqual(arrange([], ["a", "b"], { selected: null, isFree: false }).shown, ["a", "b"]);
});

test("Filters leave out what does not fit, by severity, rule, amount, card and terminal.", () => {
  const one = shown("1", [transaction("a", { rules_fired: ["far_above_usual"], amount_minor: 5000 })]);
  const fits = (/** @type {object} */ filters) => passes(one, { ...USUAL, ...filters });
  assert.ok(fits({}) && fits({ severity: "medium" }) && fits({ rule: "far_above_usual" }) && fits({ least: "50" }));
  assert.ok(fits({ text: "TOK_1" }) && fits({ text: "t-1" }) && fits({ least: "nonsense" }));
  assert.ok(
    !fits({ severity: "high" }) && !fits({ rule: "other" }) && !fits({ least: "50.01" }) && !fits({ text: "x" }),
  );
});

test("The least amount is in whole units, of a currency without smaller ones too.", () => {
  const yen = shown("1", [transaction("a", { currency: "JPY", amount_minor: 500 })]);
  assert.ok(passes(yen, { ...USUAL, least: "500" }) && !passes(yen, { ...USUAL, least: "501" }));
});

test("Filters go into the address and come out of it; what is usual does not stand there.", () => {
  const filters = filtersOf(new URLSearchParams("order=age&text=a%26b&snoozed=true&severity=odd"));
  assert.deepEqual(filters, { ...USUAL, order: "age", text: "a&b", snoozed: true });
  assert.deepEqual(queryOf(filters), { order: "age", text: "a&b", snoozed: "true" });
  assert.deepEqual([isFiltering(filters), isFiltering(USUAL)], [true, false]);
});
