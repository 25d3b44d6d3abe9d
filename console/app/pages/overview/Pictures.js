/** What is measured over time, in pictures that share their cursor. */

import { html, useMemo } from "../../../vendor/preact.js";
import { TimeChart } from "../../charts/TimeChart.js";
import { Card } from "../../parts/Card.js";
import { Figure } from "../../parts/Figure.js";
import { percent } from "../../words.js";
import { divided, measured, milliseconds, rate, seconds } from "./series.js";

const HEIGHT = 170;

/** How many, and what became of them. @param {{overview: any}} props */
export function Decisions({ overview }) {
  const { series, step_seconds: step } = overview;
  const kinds = useMemo(
    () =>
      /** @type {const} */ ([
        ["Approved", "approved", "approve"],
        ["Reviewed", "reviewed", "review"],
        ["Blocked", "blocked", "block"],
      ]).map(([name, key, tone]) => ({ name, tone, kind: "stack", values: divided(series[key], step) })),
    [overview],
  );
  const all = useMemo(() => {
    const alone = { name: "By rules alone", tone: "one", dashed: true, values: divided(series.rules_only, step) };
    return measured(series.rules_only) ? [...kinds, alone] : kinds;
  }, [overview]);
  const flagged = useMemo(
    () => kinds.slice(1).map((each, at) => ({ ...each, values: series[at ? "blocked" : "reviewed"] })),
    [overview],
  );
  return html`<div class="pair">
    <${Card}><${Chart} title="Decisions a second" overview=${overview} series=${all}
      needs=${["approved", "reviewed", "blocked"]} format=${rate}
      note="What became of each transaction; the dashed line is what rules decided without the model." /></${Card}>
    <${Card}>
      <${Chart} title=${`Flagged, in ${step >= 3600 ? `${step / 3600} h` : `${step / 60} min`} each`}
        overview=${overview} series=${flagged} needs=${["reviewed", "blocked"]}
        note="Those that somebody looks at, and those that are stopped." />
    </${Card}>
  </div>`;
}

/** How often it flags, and how often it is fraud, with what is usual. @param {{rates: any}} props */
export function Rates({ rates }) {
  return html`<div class="pair">
    <${Card}><${Rate} title="Alert rate" rate=${rates?.alert} times=${rates?.times ?? []}
      what="The share of an hour's transactions that is flagged." /></${Card}>
    <${Card}><${Rate} title="Fraud rate" rate=${rates?.fraud} times=${rates?.times ?? []}
      what="Frauds reported in an hour, as a share of its transactions. Labels come days later, in heaps." /></${Card}>
  </div>`;
}

/** How long what is read has waited, and how long the endpoint takes. @param {{overview: any}} props */
export function Waiting({ overview }) {
  const { series } = overview;
  const age = useMemo(
    () => [{ name: "Iterator age", kind: "area", values: divided(series.iterator_age_ms, 1000) }],
    [overview],
  );
  const latency = useMemo(
    () =>
      [
        { name: "p50", values: series.endpoint_p50_ms, tone: "one" },
        { name: "p99", values: series.endpoint_p99_ms, tone: "two" },
        { name: "API p99", values: series.api_p99_ms, tone: "muted", dashed: true },
      ].filter(({ values }) => measured(values)),
    [overview],
  );
  return html`<div class="pair">
    <${Card}><${Chart} title="Iterator age" overview=${overview} series=${age} needs=${["iterator_age_ms"]}
      format=${seconds} note="How long the oldest transaction that is read had waited in the stream." /></${Card}>
    <${Card}>
      <${Chart} title="Endpoint latency" overview=${overview} series=${latency}
        needs=${["endpoint_p50_ms", "endpoint_p99_ms"]} format=${milliseconds}
        note=${`One call of the model for a batch${measured(series.api_p99_ms) ? "; of the API, a whole answer" : ""}.`} />
    </${Card}>
  </div>`;
}

/**
 * @param {{title: string, overview: any, series: any[], needs: string[], format?: any, note?: string}} props
 *   needs: series without which there is no picture
 */
function Chart({ title, overview, series, needs, format, note }) {
  const known = needs.some((key) => measured(overview.series[key]));
  return html`<${Figure} title=${title} note=${known && note}>
    ${
      known
        ? html`<${TimeChart} label=${title} times=${overview.times} series=${series} format=${format} height=${HEIGHT}
          group="overview" />`
        : html`<${Unmeasured} />`
    }
  </${Figure}>`;
}

/** @param {{title: string, rate: any, times: number[], what: string}} props */
function Rate({ title, rate: found, times, what }) {
  const picture = useMemo(() => {
    if (!found) return null;
    const series = [{ name: title, tone: "one", values: found.rate }];
    const usual = measured(found.usual)
      ? [{ name: "usual at this hour", tone: "muted", dashed: true, values: found.usual }]
      : [];
    const band =
      measured(found.low) && measured(found.high)
        ? [{ name: "usual band", low: found.low, high: found.high, tone: "muted" }]
        : [];
    const marks = times.flatMap((at, index) => (found.spike?.[index] ? [{ at, text: "spike", tone: "block" }] : []));
    return { series: [...series, ...usual], band, marks };
  }, [found, times]);
  const known = found && measured(found.rate);
  const spikes = picture?.marks.length ?? 0;
  const note = found?.why_not
    ? `No usual band for the last hour: ${found.why_not}.`
    : known && !measured(found.usual)
      ? "What is usual is not known yet: five past days of this hour are needed."
      : "";
  return html`<${Figure}
    title=${html`<span>${title}</span> ${
      spikes > 0 &&
      html`<span class="badge block">
      ${spikes} ${spikes === 1 ? "spike" : "spikes"}</span>`
    }`}
    note=${`${what} ${note}`}
  >
    ${
      known && picture
        ? html`<${TimeChart} label=${title} times=${times} series=${picture.series} bands=${picture.band}
          marks=${picture.marks} height=${HEIGHT} format=${(/** @type {number} */ value) => percent(value, 2)}
            group="rates" />`
        : html`<${Unmeasured} />`
    }
  </${Figure}>`;
}

export function Unmeasured() {
  return html`<p class="unmeasured">Not measured in this period.</p>`;
}
