/** What the transaction page calls things. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

// The API client and the keys ask for a page; these words need none.
globalThis.sessionStorage ??= /** @type {any} */ ({ getItem: () => null, setItem() {}, removeItem() {} });
globalThis.addEventListener ??= () => {};
const { acceptor, inBars, placeOf, reproducing } = await import("../app/pages/transaction/words.js");

test("A terminal is known by its own name, or by its merchant's.", () => {
  assert.deepEqual(acceptor("T-1"), { kind: "Terminal", name: "T-1", path: "terminals/T-1" });
  assert.equal(acceptor("merchant#ab c").path, "terminals/ab%20c?merchant=true");
  assert.equal(acceptor("merchant#ab c").kind, "Merchant");
});

test("An ordinary id is explained by make.", () => {
  assert.equal(reproducing("tx-20261123-000001"), "make explain TX=tx-20261123-000001");
});

test("Whatever an id holds, the shell hands it over as it is, and runs nothing of it.", () => {
  for (const id of ["$(touch /tmp/x)", "`id`", "a'b", `'; id; '`, "$$(id)", "-x", 'a"b', "a b", "\\"]) {
    const command = reproducing(id);
    assert.match(command, /operate explain -- '/);
    const quoted = command.slice(command.indexOf("-- ") + 3);
    assert.equal(execFileSync("/bin/sh", ["-c", `printf %s ${quoted}`]).toString(), id);
  }
});

test("A reason that was written before there were words is said by its feature and value.", () => {
  const [spoken, worded] = inBars([
    { feature: "card_count_1h", value: null, contribution: 1 },
    { feature: "amount", value: 12.5, contribution: -1, text: "the amount is EUR 12.50" },
  ]);
  assert.equal(spoken.text, "card count 1h");
  assert.equal(spoken.value, "missing");
  assert.equal(worded.text, "the amount is EUR 12.50");
  assert.equal(worded.value, undefined);
});

test("A place is said as far as it is known.", () => {
  assert.equal(placeOf({ merchant_city: "Utrecht", merchant_country: "NL" }), "Utrecht, Netherlands");
  assert.equal(placeOf({ merchant_country: "??" }), "??");
  assert.equal(placeOf({}), "");
});
