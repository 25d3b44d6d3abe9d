/** Where one is: the part of the address after #, which a server never sees. */

import { useEffect, useState } from "../vendor/preact.js";

/**
 * @typedef {object} Route
 * @property {string} page first part of the path
 * @property {string | null} id second part, unescaped
 * @property {URLSearchParams} query
 */

/** @returns {Route} */
export function current() {
  const [path = "", query = ""] = location.hash.slice(1).replace(/^\//, "").split("?", 2);
  const [page = "", id] = path.split("/", 2);
  return { page: page || "queue", id: id ? unescaped(id) : null, query: new URLSearchParams(query) };
}

/**
 * The address of a page.
 * @param {string} page
 * @param {string | null} [id]
 * @param {Record<string, string>} [query]
 */
export function href(page, id = null, query = {}) {
  const asked = new URLSearchParams(query).toString();
  return `#/${page}${id === null ? "" : `/${encodeURIComponent(id)}`}${asked ? `?${asked}` : ""}`;
}

/**
 * Go to a page.
 * @param {string} address as `href` gives it
 * @param {{replace?: boolean}} [how] replace: the page one was on is not gone back to
 */
export function go(address, { replace = false } = {}) {
  if (replace) {
    history.replaceState(null, "", address);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    location.hash = address;
  }
}

/** Where one is, kept up to date. @returns {Route} */
export function useRoute() {
  const [route, setRoute] = useState(current);
  useEffect(() => {
    const follow = () => setRoute(current());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

/** @param {string} text */
function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
