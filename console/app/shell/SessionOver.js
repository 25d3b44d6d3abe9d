/** The session has ended while somebody was at work: what is on the screen stays, one button goes on. */

import { html } from "../../vendor/preact.js";
import { Dialog } from "../parts/Dialog.js";
import { SignInButton } from "./SignInButton.js";

export function SessionOver() {
  return html`<${Dialog} title="Your session has ended" onClose=${null} actions=${html`<${SignInButton}>Sign in again<//>`}>
    <p>Sign in again and you are back on this page. Findings that were still waiting are kept, and sent then.</p>
  <//>`;
}
