/** The arithmetic of the charts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  extent,
  lastKnown,
  linear,
  nearest,
  path,
  rooted,
  rootTicks,
  sampled,
  stacked,
  ticks,
} from "../app/charts/maths.js";

test("A straight map sends the ends to the ends, and the middle to the middle.", () => {
  const map = linear([10, 20], [300, 0]);
  assert.deepEqual([10, 15, 20].map(map), [300, 150, 0]);
});

test("A map of a single value is a number all the same.", () => {
  assert.equal(linear([5, 5], [0, 100])(5), 0);
});

test("By the square root a hundredth of the greatest amount stands a tenth of the way up.", () => {
  assert.equal(rooted([0, 100], [0, 1000])(1), 100);
});

test("The extent looks past gaps and what is no number.", () => {
  assert.deepEqual(extent([null, 3, undefined, -1, Number.NaN, Number.POSITIVE_INFINITY]), [-1, 3]);
  assert.equal(extent([null, undefined]), null);
});

test("Ticks are round, lie within, and are about as many as asked for.", () => {
  assert.deepEqual(ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks(0, 0.3, 3), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(ticks(-3, 1234, 4), [0, 500, 1000]);
  for (const most of [1, 2, 3, 7, 20]) assert.ok(ticks(0, 987_654, most).length <= 2 * most + 2);
});

test("Ticks of nothing are one tick.", () => {
  assert.deepEqual(ticks(4, 4, 5), [4]);
  assert.deepEqual(ticks(0, Number.NaN, 5), [0]);
});

test("Ticks by the square root begin at nothing and keep their distance.", () => {
  for (const greatest of [1, 7, 86, 1250, 2_000_000]) {
    const found = rootTicks(greatest);
    assert.equal(found[0], 0);
    const places = found.map((value) => Math.sqrt(value / greatest));
    for (let at = 1; at < places.length; at++) assert.ok(places[at] - places[at - 1] >= 0.2);
    assert.ok(places.at(-1) <= 1 && places.at(-1) >= 0.6);
  }
});

test("Piled lists add up, and a moment of which nothing is known stays a gap.", () => {
  assert.deepEqual(
    stacked([
      [1, null, null],
      [2, 3, null],
    ]),
    [
      [1, 0, null],
      [3, 3, null],
    ],
  );
  assert.deepEqual(stacked([]), []);
});

test("The nearest of rising values is found from either side, and beyond both ends.", () => {
  const rising = [0, 10, 20, 30];
  assert.deepEqual(
    [-5, 4, 6, 29, 99].map((value) => nearest(rising, value)),
    [0, 0, 1, 3, 3],
  );
  assert.equal(nearest([], 1), -1);
});

test("A long list is shown by evenly spread rows, the first and the last among them.", () => {
  assert.deepEqual(sampled(3, 50), [0, 1, 2]);
  const rows = sampled(1000, 48);
  assert.equal(rows.length, 48);
  assert.equal(rows[0], 0);
  assert.equal(rows.at(-1), 999);
  assert.equal(new Set(rows).size, 48);
});

test("The last known value is not a gap after it.", () => {
  assert.equal(lastKnown([1, 2, null, undefined]), 1);
  assert.equal(lastKnown([null]), -1);
});

test("A path is lifted over gaps.", () => {
  const same = (/** @type {number} */ value) => value;
  assert.equal(path([0, 1, 2, 3], [5, null, 7, 8], same, same), "M0.0 5.0M2.0 7.0L3.0 8.0");
  assert.equal(path([], [], same, same), "");
});
