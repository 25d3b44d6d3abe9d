/** The head of every page. */

import { html } from "../../vendor/preact.js";
import { config } from "../config.js";
import { sendNow } from "../findings.js";
import { PAGES } from "../pages.js";
import { Button } from "../parts/Button.js";
import { href } from "../routes.js";
import { useSession } from "../session.js";
import { signOut } from "../sign_in.js";
import { useTheme } from "../theme.js";
import { Mark } from "./Mark.js";

/** @param {{page: string, showHelp: () => void}} props page: the one that is shown */
export function Head({ page, showHelp }) {
  const { session } = useSession();
  const shown = page === "transactions" ? "queue" : page;
  return html`<header class="shell-head">
    <a class="brand" href=${href("queue")}
      ><${Mark} />Fraudstream
      <span class="stack-name" title=${`Stack ${config().stack}, ${config().region}`}>${config().stack}</span></a
    >
    <nav class="ways" aria-label="Pages">
      ${Object.entries(PAGES)
        .filter(([, known]) => known.key !== null)
        .map(
          ([name, known]) =>
            html`<a key=${name} href=${href(name)} aria-current=${name === page ? "page" : name === shown ? "true" : undefined}
              >${known.name}</a
            >`,
        )}
    </nav>
    <div class="shell-tools">
      <span class="person"><span class="hidden">Signed in: </span><bdi>${session?.name || "Signed in"}</bdi></span>
      <${ThemeSwitch} />
      <${Button} kind="quiet" onClick=${showHelp} title="Keys (?)" aria-label="Keys" class="of-keys">
        <svg viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5">
          <rect x="1" y="3.5" width="14" height="9" rx="1.5" />
          <path d="M4 6.5h0M6.7 6.5h0M9.3 6.5h0M12 6.5h0M5 9.7h6" stroke-linecap="round" />
        </svg>
      <//>
      <${Button} kind="quiet" onClick=${leave} title="Sign out" aria-label="Sign out">
        <span class="wide-only">Sign out</span>
        <svg class="narrow-only" viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5">
          <path d="M6 2H2.5v12H6M10 4.5 13.5 8 10 11.5M13.5 8H6" stroke-linecap="round" stroke-linejoin="round" />
        </svg>
      <//>
    </div>
  </header>`;
}

/** What is still held is sent in the name of who said it. */
function leave() {
  sendNow();
  signOut();
}

function ThemeSwitch() {
  const { shown, choose } = useTheme();
  const next = shown === "dark" ? "light" : "dark";
  return html`<${Button} kind="quiet" onClick=${() => choose(next)} title=${`Show it ${next}`} aria-label=${`Show it ${next}`}>
    <svg viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5">
      ${
        next === "dark"
          ? html`<path d="M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1z" stroke-linejoin="round" />`
          : html`<circle cx="8" cy="8" r="3" />
              <path
                d="M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1"
                stroke-linecap="round"
              />`
      }
    </svg>
  <//>`;
}
