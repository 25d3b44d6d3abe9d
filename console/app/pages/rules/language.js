/** The document's language: the light in the editor, and expressions as lines to read. */

/**
 * @typedef {object} Token
 * @property {string} text
 * @property {"" | "comment" | "key" | "text" | "number" | "word" | "approve" | "review" | "block"} kind
 */

const KEY = /^(\s*(?:- +)?)([A-Za-z_][\w]*|"[^"]*")(:)(?= |$)/;
const PART =
  /("(?:[^"\\]|\\.)*"|'[^']*')|(#.*)|\b(\d+(?:[._:T-]\d+)*(?:e\d+)?Z?)\b|\b(and|or|not|in|is|missing|true|false)\b|\b(approve|review|block)\b/g;

/**
 * What a line is made of. It looks at the line alone: a text of several lines is shown as what its words look like.
 * @param {string} line
 * @returns {Token[]}
 */
export function tokens(line) {
  /** @type {Token[]} */
  const found = [];
  let rest = line;
  const key = KEY.exec(line);
  if (key) {
    if (key[1]) found.push({ text: key[1], kind: "" });
    found.push({ text: key[2], kind: "key" }, { text: key[3], kind: "" });
    rest = line.slice(key[0].length);
  }
  // Prose is not code: its numbers and "and" are only words.
  const prose = key !== null && ["because", "name"].includes(key[2]);
  let done = 0;
  for (const part of rest.matchAll(PART)) {
    const [text, quoted, comment, digits, word, outcome] = part;
    const begins = part.index === 0 || /\s/.test(rest[part.index - 1]);
    if ((comment && !begins) || (prose && !comment)) continue;
    if (part.index > done) found.push({ text: rest.slice(done, part.index), kind: "" });
    const kind = comment ? "comment" : quoted ? "text" : digits ? "number" : word ? "word" : outcome;
    found.push({ text, kind: /** @type {Token["kind"]} */ (kind) });
    done = part.index + text.length;
    if (comment) break;
  }
  if (done < rest.length) found.push({ text: rest.slice(done), kind: "" });
  return found;
}

/**
 * The tokens cut where marks begin and end.
 * @param {Token[]} parts
 * @param {[number, number][]} marks units of the line, in any order, overlapping or not
 * @returns {(Token & {marked: boolean})[]}
 */
export function cut(parts, marks) {
  const edges = [...new Set(marks.flat())].sort((one, other) => one - other);
  const found = [];
  let start = 0;
  for (const { text, kind } of parts) {
    const end = start + text.length;
    const inside = edges.filter((edge) => edge > start && edge < end);
    let from = start;
    for (const to of [...inside, end]) {
      const marked = marks.some(([first, last]) => from >= first && from < last);
      found.push({ text: text.slice(from - start, to - start), kind, marked });
      from = to;
    }
    start = end;
  }
  return found;
}

/**
 * @param {string} when
 * @returns {{joined: "" | "and" | "or", text: string}[]}
 */
export function clauses(when) {
  const flat = when.split(/\s+/).filter(Boolean).join(" ");
  /** @type {{joined: "" | "and" | "or", text: string}[]} */
  const found = [];
  let joined = /** @type {"" | "and" | "or"} */ ("");
  let [start, depth] = [0, 0];
  for (const part of flat.matchAll(/"[^"]*"|'[^']*'|[([]|[)\]]|\b(and|or)\b/g)) {
    const [text, word] = part;
    if (text === "(" || text === "[") depth += 1;
    else if (text === ")" || text === "]") depth -= 1;
    else if (word && depth === 0) {
      found.push({ joined, text: flat.slice(start, part.index).trim() });
      joined = word === "and" ? "and" : "or";
      start = part.index + text.length;
    }
  }
  found.push({ joined, text: flat.slice(start).trim() });
  return found;
}
