/** Models and their figures, the champion marked. */

import { html, useState } from "../../../vendor/preact.js";
import { Badge } from "../../parts/Badge.js";
import { Button } from "../../parts/Button.js";
import { Card } from "../../parts/Card.js";
import { Moment } from "../../parts/Moment.js";
import { go, href } from "../../routes.js";
import { number } from "../../words.js";
import { whole } from "../rules/backtest/figures.js";
import { FIGURES } from "./figures.js";

const APPROVALS = /** @type {Record<string, [string, string]>} */ ({
  Approved: ["good", "Approved"],
  Rejected: ["bad", "Rejected"],
  PendingManualApproval: ["warn", "Waits for approval"],
  NotRegistered: ["warn", "Refused"],
});

/** @param {{approval: string, live: boolean}} props */
export function Approval({ approval, live }) {
  const [kind, word] = APPROVALS[approval] ?? ["neutral", approval];
  return live ? html`<${Badge} kind="good">Champion, live</${Badge}>` : html`<${Badge} kind=${kind}>${word}</${Badge}>`;
}

/** @param {{models: any[], champion: string | null}} props */
export function Table({ models, champion }) {
  const [chosen, setChosen] = useState(/** @type {string[]} */ ([]));
  const choose = (/** @type {string} */ version) =>
    setChosen((before) =>
      before.includes(version) ? before.filter((each) => each !== version) : [...before, version].slice(-2),
    );
  const compare = () => go(href("models", chosen[0], { with: chosen[1] }));
  return html`<${Card} title="Figures" id="figures"
    note="Each figure is of a model's own evaluation, on its own weeks: a hint between rows, a comparison in a report."
    actions=${html`<${Button} why=${chosen.length === 2 ? null : "Tick two models"}
      onClick=${compare}>Compare</${Button}>`}>
    <div class="scroll" tabindex="0" role="region" aria-label="Models and their figures">
      <table class="table models-table">
        <thead>
          <tr>
            <th scope="col"><span class="hidden">Compare</span></th><th scope="col">Model</th><th scope="col">State</th>
              <th scope="col">Registered</th>
            ${FIGURES.map(
              (figure) => html`<th scope="col" class="numbers"><abbr title=${figure.meaning}>${figure.name}
              </abbr></th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${models.map((model) => {
            const isLive = model.live ?? model.model_version === champion;
            return html`<tr key=${model.model_version} class=${isLive ? "champion" : ""}>
              <td><label class="tick"><input type="checkbox" checked=${chosen.includes(model.model_version)}
                onChange=${() => choose(model.model_version)} /><span class="hidden">Compare ${model.model_version}
                  </span></label></td>
              <th scope="row">
                <a class="mono breaks" href=${href("models", model.model_version)}>${model.model_version}</a>
                ${
                  model.number !== null &&
                  model.number !== undefined &&
                  html` <span class="soft number-of">no. ${model.number}</span>`
                }
                ${model.remark && html`<p class="soft small breaks remark">${model.remark}</p>`}
              </th>
              <td><${Approval} approval=${model.approval} live=${isLive} /></td>
              <td>${model.registered_at ? html`<${Moment} at=${model.registered_at} />` : "–"}</td>
              ${FIGURES.map((figure) => html`<td class="numbers">${shown(figure, model.metrics ?? {})}</td>`)}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
  </${Card}>`;
}

/** @param {import("./figures.js").Figure} figure @param {any} metrics */
export function shown({ key, kind }, metrics) {
  const value = metrics[key];
  if (value === null || value === undefined) return "–";
  if (kind === "money") return metrics.currency ? whole(value, metrics.currency) : number(value / 100, 0);
  return key === "average_precision" || key === "auc" ? value.toFixed(4) : `${(value * 100).toFixed(1)}%`;
}
