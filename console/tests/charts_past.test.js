/** A card's past, sorted out for a picture. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { figuresOf, pastOf, perDay } from "../app/charts/past.js";

const here = { event_time: "2026-11-23T12:00:00.000Z", amount_minor: 9000 };
const earlier = [
  { event_time: "2026-11-22T12:00:00.000Z", amount_minor: 1000, terminal_hash: 7, label: "fraud" },
  { event_time: "2026-11-21T12:00:00.000Z", amount_minor: 3000, terminal_hash: 8 },
  { event_time: "2026-11-20T12:00:00.000Z", amount_minor: 2000, terminal_hash: 7, label: "legitimate" },
];

test("The transaction that is looked at is found in the history by its time and amount.", () => {
  const { stops } = pastOf([{ ...here, terminal_hash: 7 }, ...earlier], [], here);
  assert.equal(stops.length, 4);
  assert.deepEqual(
    stops.map((stop) => stop.isHere),
    [false, false, false, true],
  );
});

test("Where the history has it not, it is shown among the others all the same.", () => {
  const { stops } = pastOf(earlier, [], here);
  assert.equal(stops.filter((stop) => stop.isHere).length, 1);
  assert.equal(stops.length, 4);
});

test("Payments at the same terminal are told by the terminal of the one looked at; without that nothing is said.", () => {
  const known = pastOf([{ ...here, terminal_hash: 7 }, ...earlier], [], here).stops;
  assert.equal(figuresOf(known).same, 2);
  assert.equal(figuresOf(pastOf(earlier, [], here).stops).same, 0);
});

test("The span ends with what is newest and leaves out what is older than thirty days.", () => {
  const old = { event_time: "2026-10-01T12:00:00.000Z", amount_minor: 1 };
  const { stops, until } = pastOf([...earlier, old], [], here);
  assert.equal(stops.length, 4);
  assert.equal(until, Date.parse(here.event_time));
});

test("A transaction that is older than the span widens it: it is never out of its own picture.", () => {
  const long = { event_time: "2026-09-01T12:00:00.000Z", amount_minor: 5 };
  const { from, stops } = pastOf(earlier, [], long);
  assert.ok(from < Date.parse(long.event_time));
  assert.ok(stops[0].isHere);
});

test("Days count the payments kept whole and those kept as a sum.", () => {
  const days = [{ date: "2026-11-20", count: 5, amount_minor: 100 }];
  const { stops } = pastOf(earlier, days, here);
  const counts = perDay(stops).map((day) => [new Date(day.at).toISOString().slice(0, 10), day.count]);
  assert.deepEqual(counts, [
    ["2026-11-20", 6],
    ["2026-11-21", 1],
    ["2026-11-22", 1],
    ["2026-11-23", 1],
  ]);
});

test("The amount is compared with the median of what was before it.", () => {
  const { times, payments, frauds } = figuresOf(pastOf(earlier, [], here).stops);
  assert.equal(times, 4.5);
  assert.equal(payments, 4);
  assert.equal(frauds, 1);
});

test("Of fewer than three payments before nothing is said about the usual.", () => {
  assert.equal(figuresOf(pastOf(earlier.slice(1), [], here).stops).times, null);
  assert.equal(figuresOf(pastOf([], [], null).stops).times, null);
});

test("Of an empty history nothing remains but the transaction itself.", () => {
  assert.equal(pastOf([], [], here).stops.length, 1);
  assert.deepEqual(pastOf([], [], null).stops, []);
});
