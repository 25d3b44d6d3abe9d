/** The people's API, on the page's own origin below api/. */

import { ended, token } from "./session.js";

/** Refusals that people can do something about, in words. @type {Record<string, string>} */
const WORDS = {
  card_number_in_payload: "It holds what looks like a card number, and such are never kept. Write it without.",
  not_found: "There is no such thing, or no longer.",
  unavailable: "The system is away for a moment. Nothing was lost; try again.",
};

/** A request that was refused or could not be answered; its message says what to do. */
export class ApiError extends Error {
  /**
   * @param {number} status HTTP status; 0 where nothing answered
   * @param {string} reason one word of the API's lists
   * @param {string} detail what is wrong, as the API says it
   * @param {number | null} retryAfter seconds to wait, where the API says so
   * @param {any} said the whole answer, where there was one
   */
  constructor(status, reason, detail, retryAfter = null, said = null) {
    super(WORDS[reason] ?? sentence(detail));
    this.name = "ApiError";
    this.status = status;
    this.reason = reason;
    this.detail = detail;
    this.retryAfter = retryAfter;
    this.said = said;
  }
}

/**
 * Ask for something.
 * @param {string} path such as `queue?order=risk`
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export function get(path, signal) {
  return ask("GET", path, undefined, { signal });
}

/**
 * Send something; sending the same again does no harm.
 * @param {string} path
 * @param {unknown} body
 * @param {{signal?: AbortSignal, keepalive?: boolean}} [options] keepalive: also while the page is being closed
 * @returns {Promise<any>}
 */
export function post(path, body, options = {}) {
  return ask("POST", path, body, options);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 * @param {{signal?: AbortSignal, keepalive?: boolean}} options
 */
async function ask(method, path, body, options) {
  const bearer = token();
  if (bearer === null) throw new ApiError(401, "ended", usual(401));
  const headers = /** @type {Record<string, string>} */ ({ authorization: `Bearer ${bearer}` });
  if (body !== undefined) {
    headers["content-type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(`api/${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      ...options,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      throw error;
    }
    throw new ApiError(0, "unreachable", "The API does not answer. Check your connection; nothing was lost.");
  }
  const said = await response.json().catch(() => null);
  if (response.ok && said !== null) {
    return said;
  }
  if (response.status === 401) {
    ended();
  }
  const wait = Number(response.headers.get("retry-after")) || null;
  throw new ApiError(response.status, said?.reason ?? "failed", said?.detail ?? usual(response.status), wait, said);
}

/** @param {string} detail such as `limit: 1 to 100` */
function sentence(detail) {
  const text = detail.charAt(0).toUpperCase() + detail.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** @param {number} status */
function usual(status) {
  if (status === 401) return "Your session has ended. Sign in again; you will be brought back here.";
  if (status === 403) return "Your account may not do this. Ask whoever manages the accounts for the scope.";
  if (status === 404) return "There is no such thing (any more).";
  if (status === 429) return "Too many requests at once. Wait a few seconds.";
  return "The system could not answer. Try again in a moment; nothing was lost.";
}
