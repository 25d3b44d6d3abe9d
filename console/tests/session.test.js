/** A session: what it allows, when it ends, and what is kept of it. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** @type {Map<string, string>} */
const kept = new Map();
const storage = new Proxy(
  {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
    removeItem: (/** @type {string} */ key) => void kept.delete(key),
  },
  {
    ownKeys: () => [...kept.keys()],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  },
);
const CONFIG = {
  stack: "fraudstream",
  issuer: "https://issuer.example",
  client_id: "console",
  scopes: { read: "fraudstream/read", review: "fraudstream/review", rules: "" },
};
Object.assign(globalThis, {
  sessionStorage: storage,
  fetch: async () => new Response(JSON.stringify(CONFIG)),
});
const { loadConfig } = await import("../app/config.js");
const { ended, may, onSession, resume, signedIn, signedOut, token, who } = await import("../app/session.js");
const { isLoopback, payload } = await import("../app/sign_in.js");

const OPENS_NOTHING = "of Ada";
const ADA = {
  token: OPENS_NOTHING,
  ends_at: null,
  scopes: ["fraudstream/read"],
  subject: "ada",
  name: "Ada",
  leave: null,
};

beforeEach(async () => {
  signedOut();
  kept.clear();
  await loadConfig();
});

test("Nobody may anything before signing in.", () => {
  assert.equal(token(), null);
  assert.equal(who(), null);
  assert.deepEqual(may("read"), { ok: false, why: "You are not signed in" });
});

test("A token's scopes say what one may, and what one may not says which scope lacks.", () => {
  signedIn(ADA);
  assert.deepEqual(may("read"), { ok: true, why: null });
  assert.match(String(may("review").why), /fraudstream\/review/);
  assert.equal(may("rules").ok, false, "a stack without the scope allows it nobody");
});

test("Where the issuer does not say what a token is good for, the API will.", () => {
  signedIn({ ...ADA, scopes: null });
  assert.equal(may("review").ok, true);
});

test("A session that ended has no token, but is still somebody's; it ends once.", () => {
  signedIn(ADA);
  let told = 0;
  onSession(() => told++);
  ended();
  ended();
  assert.deepEqual([token(), who()?.subject, told], [null, "ada", 1]);
  assert.equal(kept.has("fraudstream.session"), false);
});

test("A reload takes up the session of its tab, unless it is over.", () => {
  kept.set("fraudstream.session", JSON.stringify({ ...ADA, ends_at: Date.now() - 1 }));
  resume();
  assert.equal(token(), null);
  kept.set("fraudstream.session", JSON.stringify(ADA));
  resume();
  assert.equal(token(), OPENS_NOTHING);
});

test("Signing out leaves nothing in the tab but what is still to be sent.", () => {
  signedIn(ADA);
  kept.set("fraudstream.findings.ada", "[]");
  kept.set("fraudstream.said.ada", "[]");
  signedOut();
  assert.deepEqual([...kept.keys()], ["fraudstream.findings.ada"]);
});

test("Plain HTTP is for this machine alone.", () => {
  for (const hostname of ["localhost", "127.0.0.1", "127.1.2.3", "x.cloudfront.localhost", "[::1]"]) {
    assert.ok(isLoopback({ hostname }), hostname);
  }
  for (const hostname of ["example.com", "localhost.example.com", "10.0.0.1", "1127.0.0.1"]) {
    assert.ok(!isLoopback({ hostname }), hostname);
  }
});

test("A token that can be read is read, and one that cannot says nothing.", () => {
  const text = Buffer.from(JSON.stringify({ scope: "a b", name: "Åda" })).toString("base64url");
  assert.deepEqual(payload(`head.${text}.signature`), { scope: "a b", name: "Åda" });
  for (const odd of ["opaque", "a.b.c", ""]) assert.equal(payload(odd), null);
});
