/** What a backtest's report says, in the terms of its pictures. */

import { money } from "../../../words.js";

/**
 * @typedef {object} Figure
 * @property {string} key
 * @property {string} name
 * @property {"more" | "fewer" | null} better which is; null where neither is by itself
 * @property {number} before
 * @property {number} after
 * @property {number} most what a full bar stands for
 * @property {"better" | "worse" | "same" | "other"} verdict
 */

const FIGURES = /** @type {const} */ ([
  ["caught", "Frauds caught", "more"],
  ["missed", "Frauds missed", "fewer"],
  ["wrongly_stopped", "Legitimate payments stopped", "fewer"],
  ["wrongly_reviewed", "Legitimate payments reviewed", "fewer"],
  ["alerts_a_day", "Alerts a day", null],
  ["saved_minor", "Money saved", "more"],
]);

/**
 * The figures in pairs. Caught and missed share a scale, all known frauds; every other pair has its own.
 * @param {any} report
 * @returns {Figure[]}
 */
export function pairs({ present, changed }) {
  return FIGURES.map(([key, name, better]) => {
    const before = present[key] ?? 0;
    const after = changed[key] ?? 0;
    const both = key === "caught" || key === "missed" ? ["caught", "missed"] : [key];
    const sums = [present, changed].map((side) => both.reduce((sum, each) => sum + Math.abs(side[each] ?? 0), 0));
    const verdict =
      after === before
        ? "same"
        : better === null
          ? "other"
          : after > before === (better === "more")
            ? "better"
            : "worse";
    return { key, name, better, before, after, most: Math.max(...sums, 1), verdict };
  });
}

/**
 * @typedef {{outcome: string, from: number, to: number, rows: number}} Node share of the height
 * @typedef {{before: string, after: string, kind: "fraud" | "legitimate" | "unknown", rows: number,
 *   left: [number, number], right: [number, number]}} Link
 */

const OUTCOMES = ["block", "review", "approve"];
const KINDS = /** @type {const} */ (["fraud", "legitimate", "unknown"]);
const GAP = 0.06;
const LEAST = 0.14;

/**
 * The rows whose outcome changes, as a flow: outcomes before on the left, after on the right, links between them.
 * @param {{from: string, to: string, rows: number, fraud: number, legitimate: number, unknown: number}[]} changes
 * @returns {{left: Node[], right: Node[], links: Link[]}}
 */
export function flow(changes) {
  const left = nodes(changes, (change) => change.from);
  const right = nodes(changes, (change) => change.to);
  const used = new Map();
  const take = (/** @type {string} */ side, /** @type {Node} */ node, /** @type {number} */ rows) => {
    const name = `${side} ${node.outcome}`;
    const from = used.get(name) ?? node.from;
    const to = from + ((node.to - node.from) * rows) / node.rows;
    used.set(name, to);
    return /** @type {[number, number]} */ ([from, to]);
  };
  /** @type {Link[]} */
  const links = [];
  for (const start of left) {
    for (const end of right) {
      const change = changes.find(({ from, to }) => from === start.outcome && to === end.outcome);
      if (!change) continue;
      for (const kind of KINDS) {
        const rows = change[kind];
        if (!rows) continue;
        links.push({
          before: start.outcome,
          after: end.outcome,
          kind,
          rows,
          left: take("left", start, rows),
          right: take("right", end, rows),
        });
      }
    }
  }
  return { left, right, links };
}

/**
 * One side's outcomes below one another; a small one is tall enough for its name.
 * @param {any[]} changes
 * @param {(change: any) => string} of
 * @returns {Node[]}
 */
function nodes(changes, of) {
  const found = OUTCOMES.map((outcome) => ({
    outcome,
    rows: changes.filter((change) => of(change) === outcome).reduce((sum, { rows }) => sum + rows, 0),
  })).filter(({ rows }) => rows > 0);
  const all = found.reduce((sum, { rows }) => sum + rows, 0);
  const heights = found.map(({ rows }) => Math.max(rows / all, LEAST));
  const scale = (1 - GAP * (found.length - 1)) / heights.reduce((sum, height) => sum + height, 0);
  let at = 0;
  return found.map((node, index) => {
    const from = at;
    at += heights[index] * scale + GAP;
    return { ...node, from, to: from + heights[index] * scale };
  });
}

/**
 * Whether the figures can be relied on: the first thing to say.
 * @param {any} report
 * @returns {{kind: "good" | "warn" | "bad", text: string}}
 */
export function agreement({ agreement: found }) {
  const count = (/** @type {number} */ value) => value.toLocaleString("en");
  if (!found?.rows) {
    return {
      kind: "warn",
      text: `None of these transactions was decided by ${found?.version ?? "the live version"}: there is nothing to check the reckoning against.`,
    };
  }
  if (found.equal === found.rows) {
    return {
      kind: "good",
      text: `Tried on what it decided itself, ${found.version} comes to the same outcome by the same rules, all ${count(found.rows)} times: the figures can be relied on.`,
    };
  }
  return {
    kind: "bad",
    text: `Of ${count(found.rows)} transactions that ${found.version} decided, ${count(found.outcome_differs)} come out otherwise now and ${count(found.rules_differ)} by other rules. Do not rely on these figures before that is explained.`,
  };
}

/**
 * What a change comes to, in a sentence and a half.
 * @param {any} report
 * @param {(minor: number, currency: string) => string} money
 */
export function verdict({ difference, money: { currency } }, money) {
  const by = difference.saved_minor;
  const head = currency
    ? by === 0
      ? "It saves as much as the live rules."
      : `It saves ${money(Math.abs(by), currency)} ${by > 0 ? "more" : "less"} than the live rules.`
    : "";
  const parts = [
    `${more(difference.caught, "fraud")} caught`,
    `${more(difference.wrongly_stopped, "legitimate payment")} stopped`,
    `${more(difference.wrongly_reviewed, "legitimate payment")} reviewed`,
  ];
  return { head, text: `${parts.join(", ")}.` };
}

/** @param {number} by @param {string} one */
function more(by, one) {
  if (by === 0) return `as many ${one}s`;
  const count = Math.abs(by);
  return `${count.toLocaleString("en")} ${by > 0 ? "more" : "fewer"} ${count === 1 ? one : `${one}s`}`;
}

/** Money without its cents: sums of many. @param {number} minor @param {string} currency */
export function whole(minor, currency) {
  return money(Math.round(minor / 100) * 100, currency)
    .replace(/[.,]00(?=\D*$)/, "")
    .replace("-", "−");
}
