/** Four questions and their answers at a glance: alarms first, then what is measured. */

import { lastSeen, latest, measured, share } from "./series.js";

/** @typedef {{kind: "good" | "warn" | "bad" | "neutral", text: string}} Answer */
/**
 * @typedef {{name: string, state: string, since: string | null, reason: string | null, what?: string | null,
 *   runbook?: string | null}} Alarm
 */

const OF_KEEPING_UP = /lag|throttle|slow|given-up|undelivered|dropped/;
const OF_MODEL = /drift|retrain|deploy|backfill|approval|score-batch|watch-/;
const LATE_MS = 60_000;

/** The name of an alarm's page, such as `model-drift`. @param {Alarm} alarm */
export function page(alarm) {
  return alarm.runbook?.split("/").pop()?.replace(/\.md$/, "") ?? null;
}

const LONGEST_REASON = 200;

/**
 * Why an alarm rings, without the minutes of which there is nothing to say.
 * @param {string | null | undefined} reason
 */
export function shortened(reason) {
  const said = (reason ?? "").replace(/(?:\bno data, ){2,}/g, "no data …, ");
  return said.length > LONGEST_REASON ? `${said.slice(0, LONGEST_REASON).trimEnd()}…` : said;
}

/** Which of the questions an alarm is about. @param {Alarm} alarm @returns {"keeping" | "deciding" | "model"} */
export function question(alarm) {
  const name = page(alarm) ?? alarm.name.replace(/([a-z])([A-Z])/g, "$1-$2").toLowerCase();
  return OF_MODEL.test(name) ? "model" : OF_KEEPING_UP.test(name) ? "keeping" : "deciding";
}

/**
 * @param {any} overview
 * @param {any} drift what GET /drift says; null while it is not known
 * @param {{seconds: (value: number) => string, percent: (value: number) => string,
 *   money: (dollars: number) => string}} words
 * @returns {Record<"keeping" | "deciding" | "model" | "cost", Answer>}
 */
export function answers(overview, drift, words) {
  const open = (overview.alarms ?? []).filter((/** @type {Alarm} */ alarm) => alarm.state === "ALARM");
  const of = (/** @type {string} */ name) => open.filter((/** @type {Alarm} */ alarm) => question(alarm) === name);
  return {
    keeping: alarmed(of("keeping")) ?? keeping(overview.series, words),
    deciding: alarmed(of("deciding")) ?? deciding(overview.series, words),
    model: alarmed(of("model")) ?? model(drift),
    cost: cost(overview.cost, words),
  };
}

/** @param {Alarm[]} open @returns {Answer | null} */
function alarmed(open) {
  if (!open.length) return null;
  const names = open.map((alarm) => alarm.name);
  return {
    kind: "bad",
    text: `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""} in alarm.`,
  };
}

/** @param {any} series @param {{seconds: (value: number) => string}} words @returns {Answer} */
function keeping(series, words) {
  const age = latest(series?.iterator_age_ms);
  if (age !== null && age > LATE_MS)
    return { kind: "warn", text: `Behind: what is read now has waited ${words.seconds(age / 1000)}.` };
  if (age !== null) return { kind: "good", text: `Yes. What is read has waited ${words.seconds(age / 1000)}.` };
  if (!measured(series?.decided)) return { kind: "neutral", text: "Nothing was measured in this period." };
  const last = lastSeen(series.iterator_age_ms);
  if (last)
    return { kind: "good", text: `Nothing is read now; the last had waited ${words.seconds(last.value / 1000)}.` };
  return { kind: "neutral", text: "How long transactions wait is not measured here." };
}

/** @param {any} series @param {{percent: (value: number) => string}} words @returns {Answer} */
function deciding(series, words) {
  if (!measured(series?.decided)) return { kind: "neutral", text: "Nothing was decided in this period." };
  const alone = measured(series.rules_only) ? share([series.rules_only], series.decided) : null;
  if (alone) return { kind: "warn", text: `Yes, but rules alone decided ${words.percent(alone)}.` };
  const flagged = share([series.reviewed ?? [], series.blocked ?? []], series.decided);
  return { kind: "good", text: flagged === null ? "Yes." : `Yes. ${words.percent(flagged)} flagged.` };
}

/** @param {any} drift @returns {Answer} */
function model(drift) {
  const report = drift?.report;
  if (!report) return { kind: "neutral", text: drift ? "Drift was not measured yet." : "Drift is not known." };
  if (report.why_not) return { kind: "neutral", text: `Not to be said: ${report.why_not}.` };
  if (report.labels?.worse) return { kind: "bad", text: "Its scores rank worse than when it was evaluated." };
  const moved = report.drifted?.length ?? 0;
  if (moved) return { kind: "warn", text: `${moved} ${moved === 1 ? "feature has" : "features have"} drifted.` };
  return { kind: "good", text: "Yes. What it is served is what it learned from." };
}

/** @param {any} cost @param {{money: (dollars: number) => string}} words @returns {Answer} */
function cost(cost, words) {
  if (typeof cost?.dollars !== "number") return { kind: "neutral", text: "Not measured here." };
  return { kind: "neutral", text: `${words.money(cost.dollars)} this month so far.` };
}
