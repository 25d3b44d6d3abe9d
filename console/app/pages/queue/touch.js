/** Whether somebody is at work on the page: then nothing may move under their hand. */

import { useCallback, useEffect, useRef } from "../../../vendor/preact.js";

const FREE_AFTER_MS = 20_000;
const EVENTS = ["keydown", "pointerdown", "pointermove", "wheel", "focusin"];

/** @returns {() => boolean} whether nobody has touched anything for a while */
export function useIsFree() {
  const touched = useRef(-Infinity);
  useEffect(() => {
    const note = () => {
      touched.current = performance.now();
    };
    for (const name of EVENTS) addEventListener(name, note, { passive: true });
    return () => {
      for (const name of EVENTS) removeEventListener(name, note);
    };
  }, []);
  return useCallback(() => performance.now() - touched.current > FREE_AFTER_MS, []);
}
