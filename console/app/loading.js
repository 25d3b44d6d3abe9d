/** Values that have to be asked for: while they come, when they do not, when there are none. */

import { html, useCallback, useEffect, useRef, useState } from "../vendor/preact.js";

/**
 * @template T
 * @typedef {object} Loading
 * @property {T | null} value the latest that came; stays while it is asked for again
 * @property {Error | null} error why the latest request failed
 * @property {boolean} loading
 * @property {() => void} reload
 */

/**
 * Ask for a value now, whenever a dependency changes, and every so often while the page is looked at.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {unknown[]} dependencies the value belongs to them: it is forgotten when one changes
 * @param {{every?: number}} [options] every: milliseconds between requests; 0 for once
 * @returns {Loading<T>}
 */
export function useLoaded(load, dependencies, { every = 0 } = {}) {
  const [state, setState] = useState(/** @type {any} */ ({ value: null, error: null, loading: true }));
  const asking = useRef(/** @type {AbortController | null} */ (null));
  const isAsking = useRef(false);

  const ask = useCallback(async () => {
    asking.current?.abort();
    const mine = new AbortController();
    asking.current = mine;
    isAsking.current = true;
    setState((/** @type {any} */ before) => ({ ...before, loading: true }));
    try {
      const value = await load(mine.signal);
      if (asking.current === mine) setState({ value, error: null, loading: false });
    } catch (error) {
      if (asking.current === mine && !mine.signal.aborted) {
        setState((/** @type {any} */ before) => ({ ...before, error, loading: false }));
      }
    } finally {
      if (asking.current === mine) isAsking.current = false;
    }
  }, dependencies);

  useEffect(() => {
    setState({ value: null, error: null, loading: true });
    ask();
    // A slow answer is waited for rather than asked for again; a page nobody looks at asks for nothing.
    const follow = () => document.visibilityState === "visible" && !isAsking.current && ask();
    const again = every ? setInterval(follow, every) : undefined;
    if (every) document.addEventListener("visibilitychange", follow);
    return () => {
      clearInterval(again);
      document.removeEventListener("visibilitychange", follow);
      asking.current?.abort();
      asking.current = null;
    };
  }, [ask, every]);

  return { ...state, reload: ask };
}

/**
 * What is shown of a value that has to be asked for.
 * @param {{of: Loading<any>, empty?: any, isEmpty?: (value: any) => boolean, children: (value: any) => any}} props
 */
export function Loaded({ of, empty = null, isEmpty = () => false, children }) {
  if (of.value === null && of.error) {
    return html`<${Failed} error=${of.error} retry=${of.reload} />`;
  }
  if (of.value === null) {
    return html`<div class="skeleton" role="status"><span class="hidden">Loading…</span></div>`;
  }
  return html`
    ${of.error && html`<${Failed} error=${of.error} retry=${of.reload} stale />`}
    ${isEmpty(of.value) ? empty : children(of.value)}
  `;
}

/**
 * What went wrong, and what to do.
 * @param {{error: Error, retry: () => void, stale?: boolean}} props stale: what is shown below was asked for earlier
 */
export function Failed({ error, retry, stale = false }) {
  return html`
    <div class="failed" role="alert">
      <p>${error.message}${stale && " What you see is from before."}</p>
      <button type="button" class="button" onClick=${retry}>Try again</button>
    </div>
  `;
}
