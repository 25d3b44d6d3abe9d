/** Models: who decided when, and what their curves and guards say. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenPoint, guardWords, measuredFigures, sameWindow } from "../app/pages/models/figures.js";
import { lanes, livePeriods, span } from "../app/pages/models/Timeline.js";

/** @param {number} day @param {any} kind @param {string | null} version */
const event = (day, kind, version) => ({
  at: `2026-11-${String(day).padStart(2, "0")}T00:00:00Z`,
  kind,
  model_version: version,
  text: "",
});
const EVENTS = [
  event(20, "refused", "d"),
  event(10, "live", "b"),
  event(9, "registered", "b"),
  event(5, "failed", null),
  event(4, "rolled_back", "x"),
  event(1, "live", "a"),
];

test("a model decides until the next goes live; one that was never live ends nobody", () => {
  const found = livePeriods(EVENTS);
  assert.deepEqual(found.get("a"), [{ from: event(1, "live", "a").at, until: event(10, "live", "b").at }]);
  assert.deepEqual(found.get("b"), [{ from: event(10, "live", "b").at, until: null }]);
  assert.equal(found.has("x"), false);
});

test("where the live model is taken back, the one before decides again", () => {
  const found = livePeriods([...EVENTS, event(12, "rolled_back", "b")]);
  assert.equal(found.get("b")?.[0].until, event(12, "rolled_back", "b").at);
  assert.deepEqual(found.get("a")?.[1], { from: event(12, "rolled_back", "b").at, until: null });
});

test("lanes hold the newest first, and never drop who decided", () => {
  assert.deepEqual(
    lanes(EVENTS, 9).map((lane) => lane.model_version),
    ["d", "b", "x", "a"],
  );
  assert.deepEqual(
    lanes(EVENTS, 2).map((lane) => lane.model_version),
    ["b", "a"],
  );
});

test("the span reaches from the first event to now", () => {
  const now = Date.parse("2026-11-24T00:00:00Z");
  assert.deepEqual(span(lanes(EVENTS, 9), now), [Date.parse(event(1, "live", "a").at), now]);
  assert.ok(span([], now)[0] < now);
});

test("the chosen threshold lies on the curve of money", () => {
  const curve = [
    [0.001, 10, 0.9],
    [0.002, 20, 0.5],
    [0.004, 15, 0.1],
  ];
  assert.deepEqual(chosenPoint(curve, 0.4), { x: 0.002, y: 20 });
  assert.deepEqual(chosenPoint(curve, 0.95), { x: 0.001, y: 10 });
  assert.equal(chosenPoint([], 0.4), null);
  assert.equal(chosenPoint(curve, null), null);
});

test("guards are told with the unit that their figures have", () => {
  const money = (/** @type {number} */ minor) => `EUR ${minor / 100}`;
  const guard = {
    name: "the money saved (minor units of EUR)",
    challenger: 100,
    champion: 200,
    worst: 50,
    rising: false,
  };
  assert.deepEqual(guardWords(guard, money), {
    name: "the money saved",
    text: "EUR 2 → EUR 1, at least EUR 0.5 is allowed",
  });
  const error = { name: "the error", challenger: null, champion: 0.00123456, worst: null, rising: true };
  assert.equal(guardWords(error, money).text, "0.001235 → not measured");
});

test("figures of a side that was not measured are null", () => {
  assert.deepEqual(Object.values(measuredFigures(null)), [null, null, null, null, null]);
  assert.equal(sameWindow(null, {}), false);
});
