/** Starts the console: its theme, its configuration, who is signed in, and then what they see. */

import { html, render } from "../vendor/preact.js";
import { loadConfig } from "./config.js";
import { startFindings } from "./findings.js";
import { resume } from "./session.js";
import { Shell } from "./shell/Shell.js";
import { finishSignIn, isComingBack } from "./sign_in.js";
import { applyTheme } from "./theme.js";

applyTheme();
const root = /** @type {HTMLElement} */ (document.getElementById("root"));

/** @type {Error | null} */
let refused = null;
let isConfigured = false;
try {
  await loadConfig();
  isConfigured = true;
  resume();
  if (isComingBack()) await finishSignIn();
} catch (error) {
  refused = error instanceof Error ? error : new Error(String(error));
}
startFindings();
root.replaceChildren();
render(html`<${Shell} refused=${refused} isConfigured=${isConfigured} />`, root);
