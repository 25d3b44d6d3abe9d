/** Which case is looked at: it stays the same while the list moves, and the next one follows when it is done with. */

import { useEffect, useRef, useState } from "../../../vendor/preact.js";

const KEY = "fraudstream.queue-selected";

/**
 * @param {string[]} ids of the cases as they stand
 * @returns {{selected: string | null, select: (id: string) => void, picked: string | null,
 *   pick: (transaction_id: string | null) => void}} picked: one transaction of the selected case
 */
export function useSelection(ids) {
  const [chosen, setChosen] = useState(() => sessionStorage.getItem(KEY));
  const [picked, pick] = useState(/** @type {string | null} */ (null));
  const place = useRef(0);
  const at = chosen === null ? -1 : ids.indexOf(chosen);
  if (at >= 0) place.current = at;
  const selected = at >= 0 ? chosen : (ids[Math.min(place.current, ids.length - 1)] ?? null);
  useEffect(() => {
    if (selected !== null) sessionStorage.setItem(KEY, selected);
    if (selected !== null && selected !== chosen) setChosen(selected);
    pick(null);
  }, [selected]);
  return { selected, select: setChosen, picked, pick };
}
