/** Overview: is it keeping up, is it deciding, is the model healthy, what does it cost. */

import { html } from "../../../vendor/preact.js";
import { get } from "../../api.js";
import { useKeys } from "../../keys.js";
import { Loaded, useLoaded } from "../../loading.js";
import { Badge } from "../../parts/Badge.js";
import { Moment } from "../../parts/Moment.js";
import { PageHead } from "../../parts/PageHead.js";
import { go, href } from "../../routes.js";
import { useTitle } from "../../title.js";
import { percent } from "../../words.js";
import { answers } from "./answers.js";
import { Cost, OpenAlarms, OtherAlarms, Tiles } from "./Cards.js";
import { Drift } from "./Drift.js";
import { Decisions, Rates, Waiting } from "./Pictures.js";
import { dollars, seconds } from "./series.js";

const EVERY_MS = 30_000;
const RARELY_MS = 10 * 60_000;
/** @type {[string, string, string][]} hours, short, in full */
const PERIODS = [
  ["1", "1 h", "1 hour"],
  ["6", "6 h", "6 hours"],
  ["24", "24 h", "24 hours"],
  ["72", "3 d", "3 days"],
  ["168", "7 d", "7 days"],
];
const WORDS = { good: "fine", warn: "look", bad: "alarm", neutral: "" };
const QUESTIONS = /** @type {const} */ ([
  ["keeping", "Is it keeping up?", "waiting"],
  ["deciding", "Is it deciding?", "decisions"],
  ["model", "Is the model healthy?", "health"],
  ["cost", "What does it cost?", "cost"],
]);

/** @param {{route: import("../../routes.js").Route}} props */
export function Page({ route }) {
  useTitle("Overview");
  const asked = route.query.get("hours") ?? "";
  const hours = PERIODS.some(([known]) => known === asked) ? asked : "24";
  const overview = useLoaded((signal) => get(`overview?hours=${hours}`, signal), [hours], { every: EVERY_MS });
  const drift = useLoaded((signal) => get("drift", signal), [], { every: RARELY_MS });
  const to = (/** @type {string} */ chosen) => href("overview", null, { hours: chosen });
  useKeys(
    Object.fromEntries(PERIODS.map(([each, , name], at) => [String(at + 1), [() => go(to(each)), `The last ${name}`]])),
  );
  return html`
    <${PageHead}
      title="Overview"
      actions=${html`<nav class="segments" aria-label="Period">
        ${PERIODS.map(
          ([each, short]) => html`<a href=${to(each)} aria-current=${each === hours ? "true" : undefined}>
            <span><span class="hidden">The last </span>${short}</span>
          </a>`,
        )}
      </nav>`}
    >
      ${overview.value && html`Until <${Moment} at=${overview.value.until} /> · refreshed every half minute`}
    </${PageHead}>
    <${Loaded} of=${overview}>${(/** @type {any} */ found) => html`<${Shown} overview=${found} drift=${drift} />`}
      </${Loaded}>
  `;
}

/** @param {{overview: any, drift: import("../../loading.js").Loading<any>}} props */
function Shown({ overview, drift }) {
  const found = answers(overview, drift.value, { seconds, percent: (value) => percent(value, 2), money: dollars });
  return html`<div class="stack overview">
    <ul class="answers">
      ${QUESTIONS.map(
        ([key, asked, to]) => html`<li class=${`answer answer-${found[key].kind}`}>
          <p class="answer-asked"><button type="button" class="link-button" onClick=${() => jump(to)}>${asked}
            </button> ${
              WORDS[found[key].kind] &&
              html`<${Badge} kind=${found[key].kind}>${WORDS[found[key].kind]}
              </${Badge}>`
            }</p>
          <p class="breaks">${found[key].text}</p>
        </li>`,
      )}
    </ul>
    <${Tiles} overview=${overview} />
    <${OpenAlarms} alarms=${overview.alarms ?? []} />
    <section class="stack" id="decisions"><h2 class="hidden">Decisions</h2><${Decisions} overview=${overview} />
      <${Rates} rates=${overview.rates} /></section>
    <section class="stack" id="waiting"><h2 class="hidden">Waiting</h2><${Waiting} overview=${overview} /></section>
    <section class="stack" id="health"><h2 class="hidden">The model</h2><${Loaded} of=${drift}>
      ${(/** @type {any} */ value) => html`<${Drift} drift=${value} />`}</${Loaded}></section>
    <div class="pair"><${Cost} cost=${overview.cost} /><${OtherAlarms} alarms=${overview.alarms ?? []} /></div>
  </div>`;
}

/** @param {string} id */
function jump(id) {
  document.getElementById(id)?.scrollIntoView({ block: "start" });
}
