/** The button that leaves for the issuer, and says where that does not work. */

import { html, useState } from "../../vendor/preact.js";
import { Button } from "../parts/Button.js";
import { beginSignIn } from "../sign_in.js";

/** @param {{children?: any, autofocus?: boolean}} props */
export function SignInButton({ children, ...rest }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const begin = async () => {
    setBusy(true);
    setError(null);
    try {
      await beginSignIn();
    } catch (problem) {
      setError(problem instanceof Error ? problem : new Error(String(problem)));
      setBusy(false);
    }
  };
  return html`<${Button} kind="primary" busy=${busy} onClick=${begin} ...${rest}>${children}<//>
    ${error && html`<p class="failed" role="alert">${error.message}</p>`}`;
}
