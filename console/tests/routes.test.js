/** Addresses say where one is, whatever ids look like. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { current, href } from "../app/routes.js";

/** @param {string} hash */
function at(hash) {
  Object.assign(globalThis, { location: { hash } });
  return current();
}

test("Without anything one is at the queue.", () => {
  assert.deepEqual([at("").page, at("#/").page, at("").id], ["queue", "queue", null]);
});

test("What is put into an address comes out of it again.", () => {
  for (const id of ["tx-1", "a/b?c#d%", "<img src=x>", "ü 雪", "%zz", "..", "a&b=c"]) {
    const route = at(href("transactions", id, { from: "a&b" }));
    assert.deepEqual([route.page, route.id, route.query.get("from")], ["transactions", id, "a&b"]);
  }
});

test("An address that nobody made is read as it stands.", () => {
  assert.equal(at("#/transactions/%zz").id, "%zz");
});
