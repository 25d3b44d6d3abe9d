/** The editor's text: places, indentation, light, versions, drafts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  inOrder,
  keepDraft,
  nextVersion,
  readDraft,
  versionIn,
  whyNot,
  withVersion,
} from "../app/pages/rules/edit/drafts.js";
import { clauses, cut, tokens } from "../app/pages/rules/language.js";
import { indented, lineSpan, spanOf, units } from "../app/pages/rules/lines.js";
import { nextEnd, standing } from "../app/pages/rules/policy.js";

const TEXT = "version: 1\nrules:\n  - name: a\n";

test("a problem's place selects the word it is about", () => {
  const [from, to] = spanOf(TEXT, { line: 3, column: 5, end_column: 9, message: "" });
  assert.equal(TEXT.slice(from, to), "name");
});

test("columns count characters, so what stands before may be of two units", () => {
  const text = "because: 😀 bad";
  const [from, to] = spanOf(text, { line: 1, column: 12, end_column: 15, message: "" });
  assert.equal(text.slice(from, to), "bad");
  assert.equal(units("😀a", 1), 2);
});

test("a problem beyond its line, or beyond the text, is still inside the text", () => {
  for (const problem of [
    { line: 1, column: 99, end_column: 120, message: "" },
    { line: 99, column: 1, end_column: 1, message: "" },
    { line: 1, column: 1, end_column: 1, message: "" },
  ]) {
    const [from, to] = spanOf(TEXT, problem);
    assert.ok(from >= 0 && from <= to && to <= TEXT.length);
  }
});

test("a problem without an end is one character wide", () => {
  assert.deepEqual(spanOf("abc", { line: 1, column: 2, end_column: null, message: "" }), [1, 2]);
});

test("a line's span leaves its newline out", () => {
  assert.deepEqual(lineSpan(TEXT, 2), [11, 17]);
  assert.deepEqual(lineSpan("", 1), [0, 0]);
});

test("indenting moves whole lines, empty ones stay empty, and back again", () => {
  const text = "a\n\nb\nc";
  const moved = indented(text, 0, 4, false);
  assert.equal(moved.put, "  a\n\n  b");
  const after = text.slice(0, moved.start) + moved.put + text.slice(moved.end);
  const back = indented(after, 0, moved.to, true);
  assert.equal(after.slice(0, back.start) + back.put + after.slice(back.end), text);
});

test("a selection that ends at a line's beginning does not take that line along", () => {
  assert.equal(indented("a\nb\n", 0, 2, false).put, "  a");
});

test("the light loses no character, whatever the line", () => {
  const lines = [
    '  - name: a # why "so"',
    "    when: amount >= 500 and entry_mode in [\"ecom\"] or x == 'it''s'",
    "    because: Five and more, of 30 days: not a rule #1",
    "{",
    '"',
    "# only a comment",
    "    outcome: block",
    "\t\u202e<img>",
  ];
  for (const line of lines) {
    assert.equal(
      tokens(line)
        .map((token) => token.text)
        .join(""),
      line,
    );
  }
});

test("prose is not lit as code, a comment is a comment", () => {
  assert.deepEqual(
    tokens("because: Five and 30 # or so").map((token) => token.kind),
    ["key", "", "", "comment"],
  );
  assert.ok(tokens("when: a and b >= 3").some((token) => token.kind === "word" && token.text === "and"));
  assert.ok(tokens("outcome: block").some((token) => token.kind === "block"));
});

test("marks cut tokens at their edges and nowhere else", () => {
  const parts = cut(
    [
      { text: "abc", kind: "" },
      { text: "def", kind: "word" },
    ],
    [[2, 4]],
  );
  assert.deepEqual(
    parts.map(({ text, marked }) => [text, marked]),
    [
      ["ab", false],
      ["c", true],
      ["d", true],
      ["ef", false],
    ],
  );
});

test("a condition is cut at and and or outside brackets and quotes", () => {
  assert.deepEqual(clauses('a >= 1 and (b or c) or d == "this and that" and e in ["x", "or"]'), [
    { joined: "", text: "a >= 1" },
    { joined: "and", text: "(b or c)" },
    { joined: "or", text: 'd == "this and that"' },
    { joined: "and", text: 'e in ["x", "or"]' },
  ]);
});

test("the next version is the day's next number that nobody used", () => {
  const day = new Date("2026-11-24T23:59:59Z");
  assert.equal(nextVersion([], day), "2026-11-24.1");
  assert.equal(nextVersion(["2026-11-24.2", "2026-11-24.10", "2026-11-23.40", "2026-11-24.x"], day), "2026-11-24.11");
});

test("a version is found and put in place, and nothing else is touched", () => {
  const text = "# version: no\nversion: '1' # ours\nrules: []\n";
  assert.equal(versionIn(text), "1");
  assert.equal(withVersion(text, "$&2"), "# version: no\nversion: $&2 # ours\nrules: []\n");
  assert.equal(withVersion("rules: []", "3"), "version: 3\nrules: []");
});

test("an entry that has ended does not stand; one without an end does", () => {
  const now = Date.parse("2026-11-24T00:00:00Z");
  const entries = [
    { value: "a" },
    { value: "b", until: "2026-11-24T00:00:00Z" },
    { value: "c", until: "2026-11-26T00:00:00Z" },
    { value: "d", until: "2026-11-25T00:00:00Z" },
  ];
  assert.deepEqual(
    standing(entries, now).map(({ value }) => value),
    ["a", "c", "d"],
  );
  assert.equal(nextEnd(standing(entries, now)), "2026-11-25T00:00:00Z");
  assert.equal(nextEnd([{ value: "a" }]), null);
});

test("a draft is found again by who wrote it, and by nobody else", () => {
  const storage = memory();
  const draft = { yaml: "rules: []", based_on: "1", at: "2026-11-24T00:00:00Z" };
  assert.equal(keepDraft("ada", draft, storage), true);
  assert.deepEqual(readDraft("ada", storage), draft);
  assert.equal(readDraft("bo", storage), null);
  keepDraft("ada", null, storage);
  assert.equal(readDraft("ada", storage), null);
});

test("a storage that is full, or holds something else, does no harm", () => {
  const storage = memory();
  storage.setItem("fraudstream.rules.draft.ada", '{"yaml": 3}');
  assert.equal(readDraft("ada", storage), null);
  storage.setItem("fraudstream.rules.draft.ada", "{");
  assert.equal(readDraft("ada", storage), null);
  storage.setItem = () => {
    throw new Error("full");
  };
  assert.equal(keepDraft("ada", { yaml: "", based_on: "", at: "" }, storage), false);
});

test("what may not be published says why", () => {
  const good = {
    may: null,
    failed: false,
    liveVersion: "1",
    checked: { valid: true, version: "2", problems: [], changes: [] },
  };
  assert.equal(whyNot(good), null);
  assert.match(whyNot({ ...good, may: "No scope" }) ?? "", /scope/);
  assert.match(whyNot({ ...good, checked: null }) ?? "", /being checked/);
  assert.match(whyNot({ ...good, checked: { ...good.checked, valid: false } }) ?? "", /problems/);
  assert.match(whyNot({ ...good, checked: { ...good.checked, version: "1" } }) ?? "", /new version/);
});

test("problems stand in the order of their places", () => {
  const at = (/** @type {number} */ line, /** @type {number} */ column) => ({ line, column, message: "" });
  assert.deepEqual(inOrder([at(3, 1), at(1, 9), at(1, 2)]), [at(1, 2), at(1, 9), at(3, 1)]);
});

/** A storage as browsers have it. @returns {any} */
function memory() {
  const kept = new Map();
  return {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
    removeItem: (/** @type {string} */ key) => kept.delete(key),
  };
}
