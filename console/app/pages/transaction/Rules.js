/** Which rules fired, and why they are there. */

import { html } from "../../../vendor/preact.js";
import { get } from "../../api.js";
import { Failed, useLoaded } from "../../loading.js";
import { Badge } from "../../parts/Badge.js";
import { Card } from "../../parts/Card.js";
import { href } from "../../routes.js";
import { spoken } from "../../words.js";
import { isMissing } from "./words.js";

/** @typedef {{name: string, because?: string, when?: string, outcome?: string, effect?: string}} Named */

/** @param {{decision: any}} props */
export function Rules({ decision }) {
  const version = decision.rules_version;
  const fired = decision.rules_fired ?? [];
  const onTrial = decision.shadow_rules_fired ?? [];
  const nothing = fired.length + onTrial.length === 0;
  const rules = useLoaded(
    (signal) => (nothing ? Promise.resolve({}) : get(`rules/versions/${encodeURIComponent(version)}`, signal)),
    [version, nothing],
  );
  const known = namedOf(rules.value?.document);
  return html`<${Card} title="Rules that fired" id="rules">
    ${
      fired.length === 0
        ? html`<p class="soft">None. ${decision.decision === "approve" ? "" : "The score alone decided."}</p>`
        : html`<ul class="tx-rules">${fired.map((/** @type {string} */ name) => html`<${Rule} key=${name} name=${name} of=${known.get(name)} />`)}</ul>`
    }
    ${
      onTrial.length > 0 &&
      html`<h3 class="tx-trial">On trial, had no say</h3>
        <ul class="tx-rules is-trial">${onTrial.map((/** @type {string} */ name) => html`<${Rule} key=${name} name=${name} of=${known.get(name)} />`)}</ul>`
    }
    ${
      rules.error &&
      (isMissing(rules.error)
        ? html`<p class="soft small">The document <bdi>${version}</bdi> is not kept any more: of its rules only the names are known.</p>`
        : html`<${Failed} error=${rules.error} retry=${rules.reload} />`)
    }
    ${!nothing && html`<p class="small"><a href=${href("rules", version)}>Rules <bdi>${version}</bdi></a></p>`}
  <//>`;
}

/** @param {{name: string, of?: Named}} props */
function Rule({ name, of }) {
  const outcome = of?.outcome ?? of?.effect;
  return html`<li>
    <p class="row"><b class="breaks"><bdi>${spoken(name)}</bdi></b>${outcome && html`<${Badge} kind=${kindOf(outcome)}>${outcome}<//>`}</p>
    ${of?.because && html`<p class="breaks"><bdi>${of.because}</bdi></p>`}
    ${of?.when && html`<code class="soft breaks"><bdi>${of.when}</bdi></code>`}
  </li>`;
}

/** @param {string} outcome */
function kindOf(outcome) {
  return ["approve", "review", "block"].includes(outcome) ? outcome : "neutral";
}

/**
 * Rules and lists by their names.
 * @param {{rules?: Named[], lists?: Named[]} | undefined} document
 * @returns {Map<string, Named>}
 */
export function namedOf(document) {
  return new Map([...(document?.lists ?? []), ...(document?.rules ?? [])].map((named) => [named.name, named]));
}
