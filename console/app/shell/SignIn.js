/** What somebody sees who is not signed in. */

import { html } from "../../vendor/preact.js";
import { Button } from "../parts/Button.js";
import { useTitle } from "../title.js";
import { Mark } from "./Mark.js";
import { SignInButton } from "./SignInButton.js";

/**
 * @param {{refused: Error | null, isConfigured: boolean}} props refused: why the last try, or the start, did not come
 *   about; isConfigured: whether it is known where to sign in
 */
export function SignIn({ refused, isConfigured }) {
  useTitle("Sign in");
  return html`<div class="sign-in">
    <main>
      <p class="brand"><${Mark} />Fraudstream</p>
      <h1>Review what was flagged</h1>
      <p class="soft">Sign in with your organisation's account. This tab stays signed in until you close it, or for as long as a token lasts.</p>
      ${refused && html`<p class="failed" role="alert">${refused.message}</p>`}
      ${
        isConfigured
          ? html`<${SignInButton} autofocus>Sign in<//>`
          : html`<${Button} kind="primary" onClick=${() => location.reload()}>Try again<//>`
      }
    </main>
  </div>`;
}
