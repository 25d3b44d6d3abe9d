/** What rules are shown with: conditions, changes in words, differences line by line. */

import { html, useMemo } from "../../../vendor/preact.js";
import { clauses, tokens } from "./language.js";
import { difference, hunks } from "./lines.js";

/** @param {{when: string}} props */
export function Condition({ when }) {
  return html`<code class="condition">
    ${clauses(when).map(
      ({ joined, text }) => html`<span class="clause">
        ${joined && html`<span class="lit-word">${joined} </span>`}<${Lit} text=${text} />
      </span> `,
    )}
  </code>`;
}

/** A line of the document's language, lit. @param {{text: string}} props */
export function Lit({ text }) {
  return tokens(text).map((token) =>
    token.kind ? html`<span class=${`lit-${token.kind}`}>${token.text}</span>` : token.text,
  );
}

const WORDS = /** @type {Record<string, string>} */ ({ "+": "added", "-": "removed", "~": "changed" });

/** @param {{lines: string[], none?: string}} props lines: each begins with +, - or ~ */
export function Changes({ lines, none = "It decides as before." }) {
  if (!lines.length) return html`<p class="soft">${none}</p>`;
  return html`<ul class="changes">
    ${lines.map((line) => {
      const known = line[0] in WORDS && line[1] === " ";
      const sign = known ? line[0] : "·";
      return html`<li class=${`change change-${WORDS[sign] ?? "said"}`}>
        <span class="sign" aria-hidden="true">${sign === "-" ? "−" : sign}</span>
        ${known && html`<span class="hidden">${WORDS[sign]}: </span>`}
        <bdi class="breaks">${(known ? line.slice(2) : line).replaceAll(" -> ", " → ")}</bdi>
      </li>`;
    })}
  </ul>`;
}

/** @param {{before: string, after: string, names: [string, string]}} props names: of the two texts */
export function Difference({ before, after, names }) {
  const shown = useMemo(() => hunks(difference(before, after)), [before, after]);
  if (before === after) return html`<p class="soft">Both texts are the same, to the letter.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${`Differences of ${names[0]} and ${names[1]}`}>
    <table class="diff">
      <caption class="hidden">From ${names[0]} to ${names[1]}, line by line</caption>
      <thead class="hidden">
        <tr><th scope="col">${names[0]}</th><th scope="col">${names[1]}</th><th scope="col">what</th>
          <th scope="col">line</th></tr>
      </thead>
      <tbody>
        ${shown.map((line) =>
          "skipped" in line
            ? html`<tr class="diff-skipped"><td colspan="4">
              ${line.skipped} equal ${line.skipped === 1 ? "line" : "lines"}</td></tr>`
            : html`<tr class=${`diff-${WORDS[line.sign] ?? "same"}`}>
                <td class="diff-number">${line.old ?? ""}</td>
                <td class="diff-number">${line.now ?? ""}</td>
                <td class="diff-sign">
                  <span aria-hidden="true">${line.sign === "-" ? "−" : line.sign}</span><span class="hidden">
                    ${WORDS[line.sign]}</span>
                </td>
                <td class="diff-text"><${Lit} text=${line.text} /></td>
              </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
