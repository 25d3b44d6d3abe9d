/** Scores among their thresholds, reasons to either side of a line, curves between their points. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { lonely, rows } from "../app/charts/plot.js";
import { scoreText, zones } from "../app/charts/Scale.js";
import { odds, sides } from "../app/charts/SignedBars.js";
import { valueAt } from "../app/charts/XYChart.js";

test("Two thresholds make three zones that cover the scale.", () => {
  assert.deepEqual(
    zones({ review: 0.04, block: 0.85 }).map((zone) => [zone.name, zone.from, zone.until]),
    [
      ["approve", 0, 0.04],
      ["review", 0.04, 0.85],
      ["block", 0.85, 1],
    ],
  );
});

test("A threshold of 1 leaves a zone that only certainty reaches, and equal thresholds leave no review.", () => {
  assert.deepEqual(
    zones({ review: 0.4, block: 1 }).map((zone) => zone.name),
    ["approve", "review", "block"],
  );
  assert.deepEqual(
    zones({ review: 0.5, block: 0.5 }).map((zone) => zone.name),
    ["approve", "block"],
  );
});

test("Without thresholds there is one zone without a name of its own.", () => {
  assert.deepEqual(zones(null), [{ name: "unknown", from: 0, until: 1 }]);
  assert.deepEqual(
    zones({ review: null, block: null }).map((zone) => zone.name),
    ["approve"],
  );
});

test("A score is never rounded to a certainty.", () => {
  assert.equal(scoreText(0.99996), "over 0.9999");
  assert.equal(scoreText(0.00001), "under 0.0001");
  assert.equal(scoreText(1), "1");
  assert.equal(scoreText(0), "0");
  assert.equal(scoreText(0.7123), "0.71");
  assert.equal(scoreText(0.0428), "0.043");
});

test("A side without bars takes no room.", () => {
  assert.equal(sides([{ text: "", contribution: 2 }]).axis, 0);
  assert.equal(
    sides([
      { text: "", contribution: 3 },
      { text: "", contribution: -1 },
    ]).axis,
    0.25,
  );
  assert.deepEqual(sides([]), { toRight: 0, toLeft: 0, axis: 0 });
});

test("A step in log-odds is said as a factor.", () => {
  assert.match(odds(Math.log(4)), /^Multiplies the odds of fraud by 4 /);
  assert.match(odds(-Math.log(2)), /^Divides the odds of fraud by 2 /);
});

test("A curve is read straight between its points, at a repeated x from its first, and not beyond its ends.", () => {
  const curve = { name: "", x: [0, 0.5, 0.5, 1], y: [1, 0.8, 0.6, 0.2] };
  assert.equal(valueAt(curve, 0.25), 0.9);
  assert.equal(valueAt(curve, 0.5), 0.8);
  assert.equal(Number(valueAt(curve, 0.75)?.toFixed(3)), 0.4);
  assert.equal(valueAt(curve, 1.5), null);
});

test("A falling x is read like a rising one.", () => {
  assert.equal(valueAt({ name: "", x: [1, 0], y: [0, 1] }, 0.25), 0.75);
});

test("A value between two gaps is drawn as a point, since no line reaches it.", () => {
  assert.deepEqual(lonely([1, null, 2, 3, null, 4, null]), [0, 5]);
  assert.deepEqual(lonely([]), []);
});

test("What covers most is drawn first: bands, piles, bars, lines.", () => {
  const data = rows(
    [0, 60],
    [
      { name: "line", values: [9, undefined] },
      { name: "low", kind: "stack", values: [1, 2] },
      { name: "bars", kind: "bars", values: [7, 8] },
      { name: "high", kind: "stack", values: [3, null] },
    ],
    [{ name: "usual", low: [0, 0], high: [5, 5] }],
  );
  assert.deepEqual(data, [
    [0, 60],
    [0, 0],
    [5, 5],
    [1, 2],
    [4, 2],
    [7, 8],
    [9, null],
  ]);
});
