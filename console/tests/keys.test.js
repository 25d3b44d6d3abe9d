/** Keys do what they say, and leave those alone who type. */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

/** As much of an element as keys look at. */
class Element {
  /** @param {string} tag */
  constructor(tag) {
    this.tag = tag;
  }

  /** @param {string} selector */
  matches(selector) {
    return selector.split(", ").some((one) => one.split(/[:[]/)[0] === this.tag);
  }
}
let openDialog = /** @type {any} */ (null);
Object.assign(globalThis, { HTMLElement: Element, document: { querySelector: () => openDialog } });
const { bind, boundKeys, pressed } = await import("../app/keys.js");

let unbind = /** @type {(() => void)[]} */ ([]);
let time = 0;
afterEach(() => {
  for (const one of unbind) one();
  unbind = [];
  openDialog = null;
  press("Escape");
});

/** @param {string} key @param {object} [event] */
function press(key, event = {}) {
  let prevented = false;
  time += 100;
  const pressedNow = { key, timeStamp: time, target: new Element("body"), preventDefault: () => (prevented = true) };
  pressed(/** @type {any} */ ({ ...pressedNow, ...event }));
  return prevented;
}

/** @param {Record<string, string>} words @returns {string[]} what was done */
function bound(words) {
  const done = /** @type {string[]} */ ([]);
  unbind.push(
    bind({
      current: Object.fromEntries(
        Object.entries(words).map(([key, text]) => [key, [() => void done.push(text), text]]),
      ),
    }),
  );
  return done;
}

test("A key does what it is bound to, and the browser does nothing else with it.", () => {
  const done = bound({ f: "fraud" });
  assert.equal(press("f"), true);
  assert.equal(press("z"), false);
  assert.deepEqual(done, ["fraud"]);
});

test("Two keys after one another mean one thing, and not what the second means alone.", () => {
  const done = bound({ "g r": "go to the rules", r: "reload" });
  press("g");
  press("r");
  press("r");
  assert.deepEqual(done, ["go to the rules", "reload"]);
});

test("A second key that comes late, or fits nothing, stands for itself or for nothing.", () => {
  const done = bound({ "g q": "go to the queue", f: "fraud" });
  press("g");
  time += 5000;
  press("f");
  press("g");
  press("f");
  assert.deepEqual(done, ["fraud"]);
});

test("Keys rest in a field, with a modifier, and behind a dialog.", () => {
  const done = bound({ f: "fraud" });
  press("f", { target: new Element("textarea") });
  press("f", { ctrlKey: true });
  openDialog = {};
  press("f");
  assert.deepEqual(done, []);
});

test("Enter belongs to the link or the button that has the focus.", () => {
  const done = bound({ Enter: "open" });
  press("Enter", { target: new Element("button") });
  press("Enter");
  assert.deepEqual(done, ["open"]);
});

test("A key that is held down moves on, but says nothing twice.", () => {
  const done = bound({ f: "fraud", j: "next" });
  press("f");
  press("f", { repeat: true });
  press("j");
  press("j", { repeat: true });
  assert.deepEqual(done, ["fraud", "next", "next"]);
});

test("What was bound last has the key, and the help tells every key once.", () => {
  const page = bound({ f: "of the page" });
  const preview = bound({ f: "of the preview", n: "note" });
  press("f");
  assert.deepEqual([page, preview], [[], ["of the preview"]]);
  assert.deepEqual(boundKeys(), [
    ["f", "of the preview"],
    ["n", "note"],
  ]);
});
