/** A policy document: which entries still stand, and what differs between two, a line each. */

/**
 * @typedef {{name: string, because: string, when: string, outcome: string, shadow?: boolean}} Rule
 * @typedef {{value: string, until?: string, because?: string}} Whole
 * @typedef {string | Whole} Entry
 * @typedef {{name: string, of: string, effect: string, because: string, entries?: Entry[], shadow?: boolean}} NamedList
 * @typedef {{until: string, because: string, card_id?: string, terminal_id?: string, rule?: string}} Snooze
 * @typedef {object} Policy
 * @property {string} version
 * @property {Rule[]} [rules]
 * @property {NamedList[]} [lists]
 * @property {{review?: number | string, block?: number | string}} [thresholds]
 * @property {Snooze[]} [snoozes]
 */

const NAMED = 5;

/** @param {Entry} entry @returns {Whole} */
export const asEntry = (entry) => (typeof entry === "string" ? { value: entry } : entry);

/**
 * In the order of the document; nothing where both decide alike. The signs are those of the API's own lines.
 * @param {Policy} old
 * @param {Policy} now
 * @returns {string[]}
 */
export function changes(old, now) {
  return [...rules(old, now), ...lists(old, now), ...thresholds(old, now), ...snoozes(old, now)];
}

/** @param {Policy} old @param {Policy} now */
function rules(old, now) {
  const [had, has] = [byName(old.rules), byName(now.rules)];
  const lines = [...had.values()]
    .filter(({ name }) => !has.has(name))
    .map(({ name, outcome }) => `- rule ${name} (${outcome}) is gone`);
  for (const rule of has.values()) {
    const before = had.get(rule.name);
    if (!before) {
      lines.push(`+ rule ${rule.name} (${rule.outcome}${rule.shadow ? ", in the shadow" : ""}): ${flat(rule.when)}`);
      continue;
    }
    const say = (/** @type {string} */ text) => lines.push(`~ rule ${rule.name}: ${text}`);
    if (before.outcome !== rule.outcome) say(`${before.outcome} -> ${rule.outcome}`);
    if (!before.shadow !== !rule.shadow) say(rule.shadow ? "now in the shadow" : "out of the shadow, it decides");
    if (before.when !== rule.when) say(`when ${flat(before.when)} -> ${flat(rule.when)}`);
    if (before.because !== rule.because) say("another reason is given");
  }
  const kept = [...had.keys()].filter((name) => has.has(name));
  const after = [...has.keys()].filter((name) => had.has(name));
  if (kept.some((name, at) => name !== after[at])) lines.push("~ the rules stand in another order");
  return lines;
}

/** @param {Policy} old @param {Policy} now */
function lists(old, now) {
  const [had, has] = [byName(old.lists), byName(now.lists)];
  const lines = [...had.values()]
    .filter(({ name }) => !has.has(name))
    .map(({ name, effect }) => `- list ${name} (${effect}) is gone`);
  for (const list of has.values()) {
    const before = had.get(list.name);
    const entries = new Map((list.entries ?? []).map(asEntry).map((entry) => [entry.value, JSON.stringify(entry)]));
    if (!before) {
      lines.push(`+ list ${list.name} of ${list.of} (${list.effect}): ${many(entries.size)}`);
      continue;
    }
    for (const what of /** @type {const} */ (["of", "effect"])) {
      if (before[what] !== list[what]) lines.push(`~ list ${list.name}: ${what} ${before[what]} -> ${list[what]}`);
    }
    if (!before.shadow !== !list.shadow)
      lines.push(`~ list ${list.name}: ${list.shadow ? "now in" : "out of"} the shadow`);
    if (before.because !== list.because) lines.push(`~ list ${list.name}: another reason is given`);
    const earlier = new Map((before.entries ?? []).map(asEntry).map((entry) => [entry.value, JSON.stringify(entry)]));
    const told = (/** @type {string} */ sign, /** @type {string[]} */ values) => {
      if (!values.length) return;
      const shown = values.slice(0, NAMED).join(", ") + (values.length > NAMED ? ", ..." : "");
      lines.push(`${sign} list ${list.name}: ${many(values.length)} (${shown})`);
    };
    told(
      "+",
      [...entries.keys()].filter((value) => !earlier.has(value)),
    );
    told(
      "-",
      [...earlier.keys()].filter((value) => !entries.has(value)),
    );
    told(
      "~",
      [...entries.keys()].filter((value) => earlier.has(value) && earlier.get(value) !== entries.get(value)),
    );
  }
  return lines;
}

/** @param {Policy} old @param {Policy} now */
function thresholds(old, now) {
  return /** @type {const} */ (["review", "block"])
    .map((name) => ({ name, was: old.thresholds?.[name] ?? "model", is: now.thresholds?.[name] ?? "model" }))
    .filter(({ was, is }) => was !== is)
    .map(({ name, was, is }) => `~ threshold of ${name}: ${was} -> ${is}`);
}

/** @param {Policy} old @param {Policy} now */
function snoozes(old, now) {
  const [had, has] = [old.snoozes ?? [], now.snoozes ?? []];
  const without = (/** @type {Snooze[]} */ some, /** @type {Snooze[]} */ others) =>
    some.filter((each) => !others.some((other) => told(other) === told(each) && other.because === each.because));
  return [
    ...without(had, has).map((each) => `- snooze of ${told(each)} is gone`),
    ...without(has, had).map((each) => `+ snooze of ${told(each)}`),
  ];
}

/** @param {Snooze} snooze */
function told({ card_id, terminal_id, rule, until }) {
  return `${card_id ? `card ${card_id}` : terminal_id ? `terminal ${terminal_id}` : `rule ${rule}`} until ${until}`;
}

/** @template {{name: string}} T @param {T[] | undefined} some @returns {Map<string, T>} */
const byName = (some) => new Map((some ?? []).map((each) => [each.name, each]));

/** @param {string} text */
const flat = (text) => text.split(/\s+/).filter(Boolean).join(" ");

/** @param {number} count */
const many = (count) => `${count.toLocaleString("en")} ${count === 1 ? "entry" : "entries"}`;

/** Those whose end, if they have one, is to come. @param {Whole[]} entries @param {number} now */
export function standing(entries, now) {
  return entries.filter(({ until }) => !until || !(Date.parse(until) <= now));
}

/** The moment at which the first of them ends, or null. @param {Whole[]} entries */
export function nextEnd(entries) {
  const ends = entries.flatMap(({ until }) => (until ? [until] : []));
  return ends.length ? ends.reduce((first, other) => (Date.parse(other) < Date.parse(first) ? other : first)) : null;
}
