/** A text that is not published yet: its version, where it is kept, whether it may be published. */

const LINE = /^version:[ \t]*(["']?)([^\s"'#]*)\1/m;
const DATED = /^\d{4}-\d\d-\d\d\.(\d+)$/;

/** The version a document's text names, or null. @param {string} text */
export function versionIn(text) {
  return LINE.exec(text)?.[2] || null;
}

/**
 * The next name of a day that nobody has used.
 * @param {string[]} used
 * @param {Date} today
 */
export function nextVersion(used, today) {
  const day = today.toISOString().slice(0, 10);
  const numbers = used.filter((name) => name.startsWith(`${day}.`)).map((name) => Number(DATED.exec(name)?.[1] ?? 0));
  return `${day}.${Math.max(0, ...numbers) + 1}`;
}

/**
 * The text under another version; all else stays as it is.
 * @param {string} text
 * @param {string} version
 */
export function withVersion(text, version) {
  return LINE.test(text) ? text.replace(LINE, () => `version: ${version}`) : `version: ${version}\n${text}`;
}

/**
 * @typedef {object} Draft
 * @property {string} yaml
 * @property {string} based_on the version that was live when it was begun
 * @property {string} at ISO
 */

/** @param {string} subject */
const key = (subject) => `fraudstream.rules.draft.${subject}`;

/** @param {string} subject @param {Storage} [storage] @returns {Draft | null} */
export function readDraft(subject, storage = localStorage) {
  try {
    const found = JSON.parse(storage.getItem(key(subject)) ?? "null");
    const whole = found && [found.yaml, found.based_on, found.at].every((each) => typeof each === "string");
    return whole ? found : null;
  } catch {
    return null;
  }
}

/**
 * Keep it; null forgets it.
 * @param {string} subject
 * @param {Draft | null} draft
 * @param {Storage} [storage]
 * @returns {boolean} whether it could be kept
 */
export function keepDraft(subject, draft, storage = localStorage) {
  try {
    if (draft === null) storage.removeItem(key(subject));
    else storage.setItem(key(subject), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

/**
 * @typedef {object} Checked what POST rules/checks said of the text that stands there now; null while it is not known
 * @property {boolean} valid
 * @property {string | null} version
 * @property {import("../lines.js").Problem[]} problems
 * @property {string[]} changes
 */

/**
 * Why not, in a sentence; null if it may.
 * @param {{may: string | null, checked: Checked | null, failed: boolean, liveVersion: string}} state
 */
export function whyNot({ may, checked, failed, liveVersion }) {
  if (may) return may;
  if (failed) return "The check could not be made. Try it again first.";
  if (checked === null) return "It is being checked.";
  if (!checked.valid) return "Mend the problems first.";
  if (checked.version === liveVersion) return `Give it a new version: ${liveVersion} is the one that is live.`;
  return null;
}

/** A text's problems in order of their places. @param {import("../lines.js").Problem[]} problems */
export function inOrder(problems) {
  return [...problems].sort((one, other) => one.line - other.line || one.column - other.column);
}
