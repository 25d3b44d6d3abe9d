/** What surrounds every page: the ways to go, who is signed in, and what may come in between. */

import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { useKeys } from "../keys.js";
import { PAGES } from "../pages.js";
import { Toasts } from "../parts/Toast.js";
import { go, href, useRoute } from "../routes.js";
import { useSession } from "../session.js";
import { Head } from "./Head.js";
import { Help } from "./Help.js";
import { Notices } from "./Notices.js";
import { PageFrame } from "./PageFrame.js";
import { SessionOver } from "./SessionOver.js";
import { SignIn } from "./SignIn.js";

/**
 * @param {{refused: Error | null, isConfigured: boolean}} props refused: why a sign-in, or the start itself, did not come
 *   about; isConfigured: whether it is known where to sign in
 */
export function Shell({ refused, isConfigured }) {
  const { state } = useSession();
  if (state === "out") return html`<${SignIn} refused=${refused} isConfigured=${isConfigured} /><${Toasts} />`;
  return html`<${SignedIn} isOver=${state === "over"} />`;
}

/** @param {{isOver: boolean}} props */
function SignedIn({ isOver }) {
  const route = useRoute();
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  const [help, setHelp] = useState(false);
  useKeys({
    "?": [() => setHelp(true), "Show the keys"],
    ...Object.fromEntries(
      Object.entries(PAGES)
        .filter(([, page]) => page.key !== null)
        .map(([name, page]) => [`g ${page.key}`, [() => go(href(name)), `Go to ${page.name}`]]),
    ),
  });
  useFocusAfterNavigation(main, `${route.page}/${route.id ?? ""}`);
  return html`
    <a class="skip" href="#main" onClick=${(/** @type {Event} */ event) => skip(event, main.current)}>Skip to the page</a>
    <${Head} page=${route.page} showHelp=${() => setHelp(true)} />
    <${Notices} />
    <main id="main" tabindex="-1" ref=${main}>
      <${PageFrame} key=${`${route.page}/${route.id ?? ""}`} route=${route} />
    </main>
    <${Toasts} />
    ${help && html`<${Help} close=${() => setHelp(false)} />`} ${isOver && html`<${SessionOver} />`}
  `;
}

/** The address after # is ours, so the link must not follow itself. @param {Event} event @param {HTMLElement | null} main */
function skip(event, main) {
  event.preventDefault();
  main?.focus();
}

/**
 * Whoever hears the page rather than sees it is taken to what is new; the first page is where the browser puts them.
 * @param {{current: HTMLElement | null}} main
 * @param {string} place
 */
function useFocusAfterNavigation(main, place) {
  const before = useRef(place);
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [place]);
}
