/** Lines of a text: places in them, moving them, and the difference of two texts. The API counts characters, a text field units. */

/**
 * @typedef {object} Problem
 * @property {number} line counted from 1
 * @property {number} column in characters, counted from 1
 * @property {number | null} [end_column] the first character behind it
 * @property {string} message
 */

/**
 * Where a line begins and ends, its newline left out; the last line for one beyond the end.
 * @param {string} text
 * @param {number} line counted from 1
 * @returns {[number, number]}
 */
export function lineSpan(text, line) {
  let start = 0;
  for (let at = 1; at < line; at += 1) {
    const next = text.indexOf("\n", start);
    if (next < 0) break;
    start = next + 1;
  }
  const end = text.indexOf("\n", start);
  return [start, end < 0 ? text.length : end];
}

/**
 * The units that so many characters take: an emoji is one character and two units.
 * @param {string} text
 * @param {number} characters
 */
export function units(text, characters) {
  let taken = 0;
  for (let left = characters; left > 0 && taken < text.length; left -= 1) {
    taken += (text.codePointAt(taken) ?? 0) > 0xffff ? 2 : 1;
  }
  return taken;
}

/**
 * What of its line a problem is about, in units: at least one of them where the line has any.
 * @param {string} line
 * @param {Problem} problem
 * @returns {[number, number]}
 */
export function markIn(line, problem) {
  const start = Math.min(units(line, problem.column - 1), Math.max(line.length - 1, 0));
  const end = units(line, (problem.end_column ?? problem.column + 1) - 1);
  return [start, Math.min(Math.max(end, start + 1), line.length)];
}

/**
 * What of the text a problem is about, for a selection.
 * @param {string} text
 * @param {Problem} problem
 * @returns {[number, number]}
 */
export function spanOf(text, problem) {
  const [start, end] = lineSpan(text, problem.line);
  const [from, to] = markIn(text.slice(start, end), problem);
  return [start + from, start + to];
}

/**
 * Lines moved in or out by two spaces, and what is selected afterwards.
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @param {boolean} out
 */
export function indented(text, from, to, out) {
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const last = to > from && text[to - 1] === "\n" ? to - 1 : to;
  const found = text.indexOf("\n", last);
  const end = found < 0 ? text.length : found;
  const before = text.slice(start, end).split("\n");
  const after = before.map((line) => (out ? line.replace(/^ {1,2}/, "") : line && `  ${line}`));
  const first = after[0].length - before[0].length;
  const all = after.join("\n");
  const moved = all.length - (end - start);
  return { start, end, put: all, from: Math.max(from + first, start), to: Math.max(to + moved, start) };
}

/**
 * @typedef {object} Line
 * @property {" " | "-" | "+"} sign
 * @property {string} text
 * @property {number | null} old number in the old text, counted from 1
 * @property {number | null} now number in the new text
 */

const MOST = 4_000_000;

/**
 * The lines of both texts, what is equal once. Equal beginnings and ends are set aside first; if what is left is too
 * much to compare, all of it counts as changed.
 * @param {string} before
 * @param {string} after
 * @returns {Line[]}
 */
export function difference(before, after) {
  const old = before.split("\n");
  const now = after.split("\n");
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < now.length - head &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  ) {
    tail += 1;
  }
  /** @type {Line[]} */
  const lines = [];
  const same = (/** @type {number} */ at, /** @type {number} */ other) =>
    lines.push({ sign: " ", text: old[at], old: at + 1, now: other + 1 });
  for (let at = 0; at < head; at += 1) same(at, at);
  for (const [at, other] of steps(old.slice(head, old.length - tail), now.slice(head, now.length - tail))) {
    if (at !== null && other !== null) same(head + at, head + other);
    else if (at !== null) lines.push({ sign: "-", text: old[head + at], old: head + at + 1, now: null });
    else if (other !== null) lines.push({ sign: "+", text: now[head + other], old: null, now: head + other + 1 });
  }
  for (let at = tail; at > 0; at -= 1) same(old.length - at, now.length - at);
  return lines;
}

/**
 * The longest common part by dynamic programming: positions in both, null where one has no such line.
 * @param {string[]} old
 * @param {string[]} now
 * @returns {[number | null, number | null][]}
 */
function steps(old, now) {
  const all = /** @type {[number | null, number | null][]} */ ([]);
  if (old.length * now.length > MOST) {
    old.forEach((_, at) => void all.push([at, null]));
    now.forEach((_, at) => void all.push([null, at]));
    return all;
  }
  const width = now.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  for (let at = old.length - 1; at >= 0; at -= 1) {
    for (let other = now.length - 1; other >= 0; other -= 1) {
      common[at * width + other] =
        old[at] === now[other]
          ? common[(at + 1) * width + other + 1] + 1
          : Math.max(common[(at + 1) * width + other], common[at * width + other + 1]);
    }
  }
  let [at, other] = [0, 0];
  while (at < old.length || other < now.length) {
    if (at < old.length && other < now.length && old[at] === now[other]) {
      all.push([at++, other++]);
    } else if (
      other >= now.length ||
      (at < old.length && common[(at + 1) * width + other] >= common[at * width + other + 1])
    ) {
      all.push([at++, null]);
    } else {
      all.push([null, other++]);
    }
  }
  return all;
}

/**
 * The changed lines with some equal ones around; what lies between is left out and counted.
 * @param {Line[]} lines
 * @param {number} [around]
 * @returns {(Line | {skipped: number})[]}
 */
export function hunks(lines, around = 3) {
  const kept = new Set();
  lines.forEach((line, at) => {
    if (line.sign === " ") return;
    for (let near = at - around; near <= at + around; near += 1) kept.add(near);
  });
  /** @type {(Line | {skipped: number})[]} */
  const shown = [];
  let skipped = 0;
  lines.forEach((line, at) => {
    if (!kept.has(at)) {
      skipped += 1;
      return;
    }
    if (skipped) shown.push({ skipped });
    skipped = 0;
    shown.push(line);
  });
  if (skipped) shown.push({ skipped });
  return shown;
}
