/** The document's title: what is looked at, first. */

import { useEffect } from "../vendor/preact.js";

/** @param {string} text such as `Queue (3)`; the product's name is added */
export function useTitle(text) {
  useEffect(() => {
    document.title = `${text} · Fraudstream`;
  }, [text]);
}
