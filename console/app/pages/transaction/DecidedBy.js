/** Which model and rules decided, and how to do it again. */

import { html } from "../../../vendor/preact.js";
import { Badge } from "../../parts/Badge.js";
import { Card } from "../../parts/Card.js";
import { Id } from "../../parts/Id.js";
import { Moment } from "../../parts/Moment.js";
import { toast } from "../../parts/Toast.js";
import { href } from "../../routes.js";
import { utc } from "../../words.js";
import { reproducing } from "./words.js";

/** @param {{decision: any, basis: import("../../loading.js").Loading<any>}} props */
export function DecidedBy({ decision, basis }) {
  const { model, policy } = basis.value ?? {};
  const command = reproducing(decision.transaction_id);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(command);
      toast("Copied.", { kind: "good" });
    } catch {
      toast("Your browser does not let the page copy. Select the command and copy it yourself.", { kind: "bad" });
    }
  };
  return html`<${Card} title="Decided by" id="decided-by">
    <dl class="facts">
      <dt>Model</dt>
      <dd>
        ${
          decision.model_version
            ? html`<a href=${href("models", decision.model_version)}><${Id}>${decision.model_version}<//></a>
              ${model && html` <${Badge} kind=${model.live ? "good" : "neutral"}>${model.live ? "live now" : "not live any more"}<//>`}`
            : "none: rules alone"
        }
      </dd>
      <dt>Rules</dt>
      <dd>
        <a href=${href("rules", decision.rules_version)}><${Id}>${decision.rules_version}<//></a>
        ${policy?.author && html`<br /><span class="soft small">by <bdi>${policy.author}</bdi>${policy.why && html`: <bdi>${policy.why}</bdi>`}</span>`}
      </dd>
      <dt>Features</dt>
      <dd>version <bdi>${decision.features_version}</bdi></dd>
      <dt>Scored by</dt>
      <dd>${decision.scored_by === "rules" ? "rules alone, no model answered in time" : "the model's endpoint"}</dd>
      <dt>Decided</dt>
      <dd><${Moment} at=${decision.decided_at} /> <span class="soft small">${utc(decision.decided_at)}</span></dd>
    </dl>
    <p class="tx-again">${decision.scored_by === "rules" ? "To see what decided:" : "To compute the score again, to the bit:"}</p>
    <div class="tx-command">
      <code class="breaks"><bdi>${command}</bdi></code>
      <button type="button" class="button" onClick=${copy}>Copy<span class="hidden"> the command</span></button>
    </div>
  <//>`;
}
