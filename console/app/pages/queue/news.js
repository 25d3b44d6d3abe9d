/** Which cases are new, or grew, since one came to the page. */

import { useRef } from "../../../vendor/preact.js";

/**
 * @param {import("./cases.js").Case[] | null} cases as the API gave them last
 * @param {string | null} selected what is looked at is no news
 * @returns {Set<string>} ids of cases
 */
export function useNews(cases, selected) {
  const known = useRef(/** @type {Map<string, number> | null} */ (null));
  const fresh = useRef(/** @type {Set<string>} */ (new Set()));
  if (cases !== null) {
    const before = known.current;
    for (const { case_id, count } of cases) {
      if (before !== null && count > (before.get(case_id) ?? 0)) fresh.current.add(case_id);
    }
    known.current = new Map([
      ...(before ?? []),
      ...cases.map(({ case_id, count }) => /** @type {const} */ ([case_id, count])),
    ]);
  }
  if (selected !== null) fresh.current.delete(selected);
  return fresh.current;
}
