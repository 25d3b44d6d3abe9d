/** What the fields of a decision are called. */

import { ApiError } from "../../api.js";
import { number, spoken } from "../../words.js";

/** @type {Record<string, string>} */
const ENTRY = {
  chip: "chip read",
  contactless: "contactless",
  swipe: "stripe swiped",
  manual: "typed in",
  ecom: "online",
  moto: "mail or phone order",
  wallet: "wallet",
};
/** @type {Record<string, string>} */
const ALIKE = {
  rules: "same rule",
  terminal: "same terminal",
  amount: "similar amount",
  score: "similar score",
  hour: "same time of day",
};
/** @type {Record<string, string>} */
const SOURCE = { analyst: "an analyst", chargeback: "a chargeback", customer: "the customer" };
const MERCHANT = "merchant#";
const PLAIN = /^[\w.:@+=~][\w.:@+=~-]*$/;

/** @param {string} mode */
export const entryMode = (mode) => ENTRY[mode] ?? spoken(mode);

/** @param {string} what */
export const alike = (what) => ALIKE[what] ?? spoken(what);

/** Who says what a payment was. @param {string | null | undefined} source */
export const saidBy = (source) => SOURCE[source ?? ""] ?? "somebody";

/** Whether there is no such thing, which is not a failure. @param {unknown} error */
export const isMissing = (error) => error instanceof ApiError && error.status === 404;

/**
 * Where a payment was made: by the name of the terminal, or of the merchant where it has none.
 * @param {string} terminalId as a decision has it
 * @returns {{kind: "Terminal" | "Merchant", name: string, path: string}} path: of the API
 */
export function acceptor(terminalId) {
  if (!terminalId.startsWith(MERCHANT)) {
    return { kind: "Terminal", name: terminalId, path: `terminals/${encodeURIComponent(terminalId)}` };
  }
  const name = terminalId.slice(MERCHANT.length);
  return { kind: "Merchant", name, path: `terminals/${encodeURIComponent(name)}?merchant=true` };
}

/**
 * The command that computes a decision's score again. Ids are their producers': one that a shell or make might take
 * for more than a name is quoted for the shell, and goes past make, which would unpack it a second time.
 * @param {string} id
 */
export function reproducing(id) {
  if (PLAIN.test(id)) return `make explain TX=${id}`;
  return `PYTHONPATH=layers/fraud/python:training:. .venv/bin/python -m operate explain -- '${id.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Reasons as bars want them.
 * @param {{feature: string, value: number | null, contribution: number, text?: string | null}[]} reasons
 */
export function inBars(reasons) {
  return reasons.map((reason) => ({
    text: reason.text || spoken(reason.feature),
    value: reason.text ? undefined : reason.value === null ? "missing" : number(reason.value, 3),
    contribution: reason.contribution,
    title: `${reason.feature} = ${reason.value === null ? "missing" : reason.value}`,
  }));
}

/**
 * A place in words, the smallest first.
 * @param {{merchant_city?: string | null, merchant_country?: string | null}} payment
 */
export function placeOf(payment) {
  return [payment.merchant_city, country(payment.merchant_country)].filter(Boolean).join(", ");
}

/**
 * What was checked at the time, each in the words of who checked.
 * @param {{auth_response?: string | null, cvc_check?: string | null, avs_check?: string | null, three_ds?: string | null}} payment
 */
export function checksOf(payment) {
  const all = {
    issuer: payment.auth_response,
    CVC: payment.cvc_check,
    address: payment.avs_check,
    "3-D Secure": payment.three_ds,
  };
  return Object.entries(all).flatMap(([name, said]) => (said ? [`${name} ${said}`] : []));
}

/** @param {string | null | undefined} code ISO 3166-1 alpha-2 */
function country(code) {
  if (!code) return "";
  try {
    return new Intl.DisplayNames("en", { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}
