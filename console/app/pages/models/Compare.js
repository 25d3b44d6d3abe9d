/** Two models beside one another. */

import { html, useMemo } from "../../../vendor/preact.js";
import { get } from "../../api.js";
import { Loaded, useLoaded } from "../../loading.js";
import { Card } from "../../parts/Card.js";
import { Moment } from "../../parts/Moment.js";
import { href } from "../../routes.js";
import { number } from "../../words.js";
import { FIGURES, sameWindow } from "./figures.js";
import { MoneyAgainstAlerts, PrecisionRecall } from "./Report.js";
import { Approval, shown } from "./Table.js";

const OTHER_WEEKS =
  "They were tested on different weeks, whose frauds differ in number and kind: " +
  "take the figures as a hint, not as a comparison.";

/** @param {{model: any, other: string}} props */
export function Compare({ model, other }) {
  const loaded = useLoaded((signal) => get(`models/${encodeURIComponent(other)}`, signal), [other]);
  return html`<${Loaded} of=${loaded}>${(/** @type {any} */ found) => html`<${Both} one=${model} other=${found} />`}
    </${Loaded}>`;
}

/** @param {{one: any, other: any}} props */
function Both({ one, other }) {
  const both = [one, other];
  const sides = useMemo(
    () =>
      /** @type {import("./Report.js").Side[]} */ (
        both.map((model, at) => ({
          name: model.model_version,
          tone: at ? "two" : "one",
          dashed: at === 1,
          curves: model.evaluation?.curves?.challenger,
          thresholds: model.thresholds ?? null,
        }))
      ),
    both,
  );
  const same = sameWindow(one.evaluation, other.evaluation);
  return html`
    ${
      !same &&
      html`<p class="notice warn">
      <span class="grow">${OTHER_WEEKS}</span>
    </p>`
    }
    <${Card} title="Side by side" id="side-by-side">
      <div class="scroll" tabindex="0" role="region" aria-label="Figures of both models"><table class="table rowed">
        <thead><tr><th scope="col">Figure</th>${both.map(
          (model) => html`<th scope="col" class="numbers">
          <a class="mono breaks" href=${href("models", model.model_version)}>${model.model_version}</a></th>`,
        )}</tr>
            </thead>
        <tbody>
          <tr><th scope="row">State</th>${both.map(
            (model) => html`<td class="numbers">
            <${Approval} approval=${model.approval} live=${model.live} /></td>`,
          )}</tr>
          <tr><th scope="row">Registered</th>${both.map(
            (model) => html`<td class="numbers">
            ${model.registered_at ? html`<${Moment} at=${model.registered_at} />` : "–"}</td>`,
          )}</tr>
          <tr><th scope="row">Tested on</th>${both.map((model) => html`<td class="numbers">${tested(model)}</td>`)}</tr>
          ${FIGURES.map(
            (figure) => html`<tr><th scope="row">${figure.name} <span class="soft small">${figure.meaning}
            </span></th>${both.map((model) => html`<td class="numbers">${shown(figure, model.metrics ?? {})}</td>`)}
              </tr>`,
          )}
          <tr><th scope="row">Review from</th>${both.map(
            (model) => html`<td class="numbers">
            ${number(model.thresholds?.review, 4)}</td>`,
          )}</tr>
          <tr><th scope="row">Block from</th>${both.map(
            (model) => html`<td class="numbers">
            ${number(model.thresholds?.block, 4)}</td>`,
          )}</tr>
        </tbody>
      </table></div>
    </${Card}>
    <div class="pair">
      <${Card}><${PrecisionRecall} sides=${sides} /></${Card}>
      <${Card}><${MoneyAgainstAlerts} sides=${sides} currency=${one.metrics?.currency ?? null} /></${Card}>
    </div>
  `;
}

/** @param {any} model */
function tested({ metrics, evaluation }) {
  const { rows, frauds } = evaluation?.test ?? metrics ?? {};
  return rows === undefined || rows === null ? "–" : `${number(rows, 0)}, ${number(frauds, 0)} frauds`;
}
