/** Findings that did not arrive: why, and what one can do. Shown above every page until that is done. */

import { html } from "../../vendor/preact.js";
import { discard, markedAs, retry, useFindings } from "../findings.js";
import { useSession } from "../session.js";
import { counted } from "../words.js";
import { Button } from "./Button.js";
import { Id } from "./Id.js";

export function FailedFindings() {
  const { list } = useFindings();
  const { state } = useSession();
  if (state !== "in") return null;
  return list
    .filter((one) => one.state === "failed")
    .map(
      (one) => html`<div class="failed" role="alert" key=${one.id}>
        <p>
          <strong>Not sent: ${markedAs(one.disposition).toLowerCase()}</strong>,
          ${one.whole ? html` card <${Id}>${one.card_id}<//> (${counted(one.transaction_ids.length, "transaction")})` : html` <${Id}>${one.transaction_ids[0]}<//>`}.
          ${" "}${one.why}
        </p>
        <${Button} kind="primary" onClick=${() => retry(one.id)}>Retry<//>
        <${Button} onClick=${() => discard(one.id)}>Discard<//>
      </div>`,
    );
}
