/** Whether there is room for a preview beside the list. */

import { useEffect, useState } from "../../../vendor/preact.js";

const wide = matchMedia("(min-width: 1120px)");

/** @returns {boolean} */
export function useIsWide() {
  const [isWide, setIsWide] = useState(wide.matches);
  useEffect(() => {
    const follow = () => setIsWide(wide.matches);
    wide.addEventListener("change", follow);
    return () => wide.removeEventListener("change", follow);
  }, []);
  return isWide;
}
