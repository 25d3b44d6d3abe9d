/** The pictures of a backtest: figures in pairs of bars, and the outcomes that change as a flow. */

import { html } from "../../../../vendor/preact.js";
import { Badge } from "../../../parts/Badge.js";
import { href } from "../../../routes.js";
import { number, percent } from "../../../words.js";
import { flow, pairs, whole } from "./figures.js";

const VERDICTS = {
  better: ["good", "better"],
  worse: ["bad", "worse"],
  same: ["neutral", "the same"],
  other: ["neutral", ""],
};

/** @param {{report: any}} props */
export function Pairs({ report }) {
  const { currency } = report.money;
  return html`<p class="pair-keys soft small">
      <span class="pair-key-live">Live ${report.present.version}</span> <span class="pair-key-yours">Yours</span>
    </p>
    <table class="pairs">
    <caption class="hidden">What the live rules and your text would have done with the same transactions</caption>
    <thead>
      <tr>
        <th scope="col">Figure</th>
        <td></td>
        <th scope="col" class="numbers">Live</th>
        <th scope="col" class="numbers">Yours</th>
        <th scope="col" class="numbers">Difference</th>
      </tr>
    </thead>
    <tbody>
      ${pairs(report)
        .filter(({ key }) => currency || key !== "saved_minor")
        .map((figure) => {
          const show = (/** @type {number} */ value) =>
            figure.key === "saved_minor"
              ? whole(value, currency)
              : number(value, figure.key === "alerts_a_day" ? 1 : 0);
          const by = figure.after - figure.before;
          const [kind, word] = VERDICTS[figure.verdict];
          return html`<tr key=${figure.key}>
            <th scope="row">${figure.name}</th>
            <td class="pair-bars" aria-hidden="true">
              <span class="pair-live" style=${{ width: `${share(figure.before, figure.most)}%` }}></span>
              <span class="pair-yours" style=${{ width: `${share(figure.after, figure.most)}%` }}></span>
            </td>
            <td class="numbers pair-before">${show(figure.before)}</td>
            <td class="numbers pair-after">${show(figure.after)}</td>
            <td class="numbers pair-by">
              ${by > 0 ? "+" : by < 0 ? "−" : "±"}${show(Math.abs(by))} ${
                word &&
                html`<${Badge} kind=${kind}>${word}
                </${Badge}>`
              }
            </td>
          </tr>`;
        })}
    </tbody>
  </table>`;
}

/** @param {number} value @param {number} most */
const share = (value, most) => Math.max((100 * Math.abs(value)) / most, value === 0 ? 0 : 0.5);

const OUTCOMES = /** @type {Record<string, string>} */ ({ approve: "Approve", review: "Review", block: "Block" });
const KINDS = { fraud: "fraud", legitimate: "legitimate", unknown: "not yet known" };
const HEIGHT = 220;
const WIDTH = 100;

/** @param {{report: any}} props */
export function Flow({ report }) {
  const { changes } = report;
  if (!changes.length) return html`<p class="empty">No outcome changes.</p>`;
  const { left, right, links } = flow(changes);
  return html`<div class="flow-both">
    <div class="flow">
      <p class="flow-head"><span>Live</span><span>Yours</span></p>
      <div class="flow-picture" role="img" aria-label=${told(changes)}>
        <${Side} nodes=${left} />
        <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" height=${HEIGHT}>
          ${links.map((link) => html`<path class=${`flow-${link.kind}`} d=${band(link)} />`)}
        </svg>
        <${Side} nodes=${right} end />
      </div>
      <p class="flow-key">${Object.entries(KINDS).map(
        ([kind, word]) => html`<span class=${`flow-${kind}`}>${word}
        </span>`,
      )}</p>
    </div>
    <div class="scroll" tabindex="0" role="region" aria-label="From which outcome to which">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">From → to</th><th scope="col" class="numbers">Rows</th>
              <th scope="col" class="numbers">Fraud</th>
            <th scope="col" class="numbers">Legitimate</th><th scope="col" class="numbers">Not known</th>
            ${report.money.currency && html`<th scope="col" class="numbers">Saved</th>`}<th scope="col">The first</th>
          </tr>
        </thead>
        <tbody>
          ${changes.map(
            (/** @type {any} */ change) => html`<tr>
              <th scope="row" class="flow-name"><${Badge} kind=${change.from}>${OUTCOMES[change.from]}
                </${Badge}> → <${Badge} kind=${change.to}>${OUTCOMES[change.to]}</${Badge}></th>
              <td class="numbers">${number(change.rows, 0)}</td>
              <td class="numbers">${number(change.fraud, 0)}${
                change.fraud_share !== null &&
                html` <span class="soft">
                ${percent(change.fraud_share, 0)}</span>`
              }</td>
              <td class="numbers">${number(change.legitimate, 0)}</td>
              <td class="numbers">${number(change.unknown, 0)}</td>
              ${
                report.money.currency &&
                html`<td class="numbers">${whole(change.saved_minor, report.money.currency)}
                </td>`
              }
              <td class="flow-first">
                ${(change.examples ?? [])
                  .slice(0, 3)
                  .map(
                    (/** @type {string} */ id) =>
                      html`<a href=${href("transactions", id)}><bdi class="mono breaks">${id}</bdi></a> `,
                  )}
              </td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </div>`;
}

/** @param {{nodes: import("./figures.js").Node[], end?: boolean}} props */
function Side({ nodes, end = false }) {
  return html`<div class=${`flow-side${end ? " flow-end" : ""}`}>
    ${nodes.map(
      (node) => html`<div class=${`flow-node flow-of-${node.outcome}`}
        style=${{ top: `${node.from * 100}%`, height: `${(node.to - node.from) * 100}%` }}>
        <span>${OUTCOMES[node.outcome]}</span> <strong>${number(node.rows, 0)}</strong>
      </div>`,
    )}
  </div>`;
}

/** @param {import("./figures.js").Link} link */
function band({ left, right }) {
  const [a, b, c, d] = [left[0], left[1], right[1], right[0]].map((y) => (y * HEIGHT).toFixed(2));
  const middle = WIDTH / 2;
  return `M0 ${a}C${middle} ${a} ${middle} ${d} ${WIDTH} ${d}V${c}C${middle} ${c} ${middle} ${b} 0 ${b}Z`;
}

/** @param {any[]} changes */
function told(changes) {
  return changes
    .map(
      ({ from, to, rows, fraud, legitimate, unknown }) =>
        `${from} to ${to}: ${rows}, of them ${fraud} fraud, ${legitimate} legitimate, ${unknown} not yet known`,
    )
    .join("; ");
}
