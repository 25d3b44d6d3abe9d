/** A page, from its being fetched to its faults: none of them takes the rest along. */

import { html, useEffect, useErrorBoundary, useState } from "../../vendor/preact.js";
import { PAGES } from "../pages.js";
import { Button } from "../parts/Button.js";
import { href } from "../routes.js";
import { useTitle } from "../title.js";

/** @param {{route: import("../routes.js").Route}} props */
export function PageFrame({ route }) {
  const known = PAGES[route.page];
  const [Page, setPage] = useState(/** @type {any} */ (null));
  const [missing, setMissing] = useState(false);
  const [fault, forget] = useErrorBoundary((error) => console.error(error));
  useTitle(known?.name ?? "Not found");
  const fetchPage = () => {
    setMissing(false);
    known?.load().then(
      (loaded) => setPage(() => loaded.Page),
      (error) => {
        console.error(error);
        setMissing(true);
      },
    );
  };
  useEffect(fetchPage, [known]);
  if (!known) {
    return html`<div class="empty">
      <h1>There is no such page</h1>
      <p><a href=${href("queue")}>Go to the queue</a></p>
    </div>`;
  }
  if (fault) {
    return html`<div class="failed" role="alert">
      <p>This page has a fault: ${fault.message}</p>
      <${Button} onClick=${forget}>Show it again<//>
    </div>`;
  }
  if (missing) {
    return html`<div class="failed" role="alert">
      <p>The page ${known.name} could not be fetched.</p>
      <${Button} onClick=${() => location.reload()}>Try again<//>
    </div>`;
  }
  return Page
    ? html`<${Page} route=${route} />`
    : html`<div class="skeleton" role="status"><span class="hidden">Loading…</span></div>`;
}
