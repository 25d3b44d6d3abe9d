/** What everybody should know, above the page: the session ends soon, findings could not be sent. */

import { html } from "../../vendor/preact.js";
import { FailedFindings } from "../parts/FailedFindings.js";
import { useSession } from "../session.js";
import { SignInButton } from "./SignInButton.js";

export function Notices() {
  const { endsSoon } = useSession();
  return html`<div class="shell-notices">
    ${
      endsSoon &&
      html`<div class="notice warn" role="status">
        <p>Your session ends within five minutes. Sign in again when it suits you; you come back to this page.</p>
        <${SignInButton}>Sign in again<//>
      </div>`
    }
    <${FailedFindings} />
  </div>`;
}
