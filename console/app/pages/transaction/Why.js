/** The score among its thresholds, and what raised it. */

import { html } from "../../../vendor/preact.js";
import { Scale } from "../../charts/Scale.js";
import { SignedBars } from "../../charts/SignedBars.js";
import { Failed } from "../../loading.js";
import { Card } from "../../parts/Card.js";
import { inBars } from "./words.js";

/** @param {{decision: any, basis: import("../../loading.js").Loading<any>}} props */
export function Why({ decision, basis }) {
  const thresholds = basis.value?.thresholds ?? null;
  return html`<${Card} title="Score" id="why" note=${decision.fraud_score === null ? null : note(thresholds)}>
    ${
      decision.fraud_score === null
        ? html`<p class="notice warn"><span>No model answered in time: rules alone decided, and no score was made.</span></p>`
        : html`<${Scale} score=${decision.fraud_score} thresholds=${thresholds} />`
    }
    ${basis.error && html`<${Failed} error=${basis.error} retry=${basis.reload} />`}
    ${decision.fraud_score !== null && html`<h3 class="tx-why">What raised the score most</h3><${Reasons} decision=${decision} />`}
  <//>`;
}

/** @param {{decision: any}} props */
function Reasons({ decision }) {
  const reasons = decision.reasons ?? [];
  if (reasons.length === 0) {
    return html`<p class="soft">${
      decision.decision === "approve"
        ? "Reasons are made for what reaches the review threshold; this did not."
        : "No reason was kept: no feature raised the score, or the batch had more flagged rows than are explained."
    }</p>`;
  }
  return html`<${SignedBars} label="Reasons of the score, the strongest first" items=${inBars(reasons)} />`;
}

/** @param {{review: number, block: number, source: string} | null} thresholds */
function note(thresholds) {
  if (!thresholds) return null;
  return thresholds.source === "policy"
    ? "The model's probability of fraud. The rules' document set these thresholds."
    : "The model's probability of fraud. These thresholds were chosen with the model.";
}
