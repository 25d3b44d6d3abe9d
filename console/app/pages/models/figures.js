/** The figures by which models are compared. */

/**
 * @typedef {object} Figure
 * @property {string} key
 * @property {string} name short
 * @property {string} meaning
 * @property {"share" | "money"} kind
 */

/** @type {Figure[]} */
export const FIGURES = [
  {
    key: "average_precision",
    name: "AP",
    meaning: "Average precision: how well frauds stand before the rest",
    kind: "share",
  },
  { key: "auc", name: "AUC", meaning: "Area under the ROC curve", kind: "share" },
  { key: "recall_at_budget", name: "Recall", meaning: "Share of frauds within the alert budget", kind: "share" },
  {
    key: "card_precision_at_k",
    name: "CP@k",
    meaning: "Compromised cards among the k most suspicious a day",
    kind: "share",
  },
  {
    key: "saved_minor",
    name: "Saved",
    meaning: "Money saved on the test weeks against approving everything",
    kind: "money",
  },
];

/**
 * The figures of a side of an evaluation, by the names of the table.
 * @param {any} side `challenger` or `champion` of an evaluation
 * @returns {Record<string, number | null>}
 */
export function measuredFigures(side) {
  const ranked = side?.all_rows ?? {};
  return {
    average_precision: ranked.average_precision ?? null,
    auc: ranked.roc_auc ?? null,
    recall_at_budget: ranked.recall_at_budget ?? null,
    card_precision_at_k: ranked.card_precision_at_k ?? null,
    saved_minor: side?.money?.saved_minor ?? null,
  };
}

/**
 * The point of a curve of money that lies at a review threshold: the last one that still reaches it.
 * @param {number[][] | null | undefined} curve alerts as a share, saved, threshold; thresholds falling
 * @param {number | null | undefined} review
 * @returns {{x: number, y: number} | null}
 */
export function chosenPoint(curve, review) {
  if (!curve?.length || typeof review !== "number") return null;
  const reached = curve.filter((point) => point[2] >= review);
  const [x, y] = reached.length ? reached[reached.length - 1] : curve[0];
  return { x, y };
}

/**
 * Whether two evaluations looked at the same weeks: only then can their figures be compared.
 * @param {any} one
 * @param {any} other
 */
export function sameWindow(one, other) {
  return Boolean(one?.test && other?.test && one.test.from === other.test.from && one.test.until === other.test.until);
}

/**
 * A guard in words.
 * @param {{name: string, challenger: number | null, champion: number | null, worst: number | null,
 *   rising?: boolean}} guard
 * @param {(minor: number) => string} money
 * @returns {{name: string, text: string}} name: without the unit that the figures show themselves
 */
export function guardWords(guard, money) {
  const inMoney = / \(minor units of \w+\)$/.exec(guard.name);
  const name = inMoney ? guard.name.slice(0, inMoney.index) : guard.name;
  const show = (/** @type {number | null | undefined} */ value) =>
    value === null || value === undefined
      ? "not measured"
      : inMoney
        ? money(value)
        : Math.abs(value) >= 1000
          ? Math.round(value).toLocaleString("en")
          : String(Number(value.toPrecision(4)));
  const bound =
    guard.worst === null ? "" : `, ${guard.rising ? "at most" : "at least"} ${show(guard.worst)} is allowed`;
  return { name, text: `${show(guard.champion)} → ${show(guard.challenger)}${bound}` };
}
