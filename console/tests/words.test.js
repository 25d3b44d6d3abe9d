/** Numbers, money and times read as people read them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, counted, lasting, money, number, percent, spoken, sums, utc, when } from "../app/words.js";

const NOW = Date.parse("2026-11-24T12:00:00Z");

/** @param {string} text */
function plain(text) {
  return text.replaceAll("\u00a0", " ");
}

test("Money has as many digits as its currency, and the currency's code.", () => {
  assert.equal(plain(money(125_000, "EUR")), "EUR 1,250.00");
  assert.equal(plain(money(125_000, "JPY")), "JPY 125,000");
  assert.equal(plain(money(1_250, "KWD")), "KWD 1.250");
  assert.equal(plain(money(5, "not a currency")), "0.05 not a currency");
});

test("Sums in several currencies are never added up.", () => {
  assert.equal(plain(sums({ EUR: 100, USD: 250 })), "USD 2.50 + EUR 1.00");
  assert.equal(sums({}), "–");
});

test("What is not known is a dash.", () => {
  for (const nothing of [null, undefined, Number.NaN])
    assert.deepEqual([number(nothing), percent(nothing)], ["–", "–"]);
});

test("How long ago is told in the largest whole unit.", () => {
  assert.deepEqual(
    [10, 60, 3599, 3600, 47 * 3600, 48 * 3600].map((seconds) => ago(new Date(NOW - 1000 * seconds).toISOString(), NOW)),
    ["now", "1 min ago", "59 min ago", "1 h ago", "47 h ago", "2 d ago"],
  );
  assert.equal(lasting(-5), "0 s");
});

test("A moment has its year where that is another one, and is told in UTC too.", () => {
  assert.ok(!when("2026-03-01T12:00:00Z", NOW).includes("2026"));
  assert.ok(when("2025-03-01T12:00:00Z", NOW).includes("2025"));
  assert.equal(utc("2026-03-01T12:00:01Z"), "Mar 1, 2026, 12:00:01 UTC");
});

test("A time that is none is shown as it came.", () => {
  assert.deepEqual([when("soon"), ago("soon")], ["soon", "–"]);
});

test("One is one, others are several, and names are words.", () => {
  assert.deepEqual([counted(1, "case"), counted(1200, "case")], ["1 case", "1,200 cases"]);
  assert.equal(spoken("far_above_usual"), "far above usual");
});
