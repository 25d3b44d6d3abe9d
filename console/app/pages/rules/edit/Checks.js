/** The check of a text as one writes it, and what it found. */

import { html, useEffect, useRef, useState } from "../../../../vendor/preact.js";
import { post } from "../../../api.js";
import { Badge } from "../../../parts/Badge.js";
import { Button } from "../../../parts/Button.js";

const PAUSE_MS = 400;

/**
 * Ask what is wrong with a text, a moment after it was last changed.
 * @param {string} yaml
 * @param {boolean} active
 * @returns {{checked: import("./drafts.js").Checked | null, latest: import("./drafts.js").Checked | null,
 *   error: Error | null, now: () => void}} checked: of this very text; latest: of the text as it was before
 */
export function useChecks(yaml, active) {
  const [said, setSaid] = useState(
    /** @type {{of: string | null, answer: any, error: Error | null}} */ ({ of: null, answer: null, error: null }),
  );
  const [asked, setAsked] = useState(0);
  const atOnce = useRef(true);

  useEffect(() => {
    if (!active) return undefined;
    const stop = new AbortController();
    const wait = setTimeout(
      async () => {
        atOnce.current = false;
        try {
          const answer = await post("rules/checks", { yaml }, { signal: stop.signal });
          setSaid({ of: yaml, answer, error: null });
        } catch (error) {
          if (!stop.signal.aborted) setSaid((before) => ({ ...before, of: yaml, error: /** @type {Error} */ (error) }));
        }
      },
      atOnce.current ? 0 : PAUSE_MS,
    );
    return () => {
      clearTimeout(wait);
      stop.abort();
    };
  }, [yaml, active, asked]);

  const current = said.of === yaml;
  return {
    checked: current && !said.error ? said.answer : null,
    latest: said.answer,
    error: current ? said.error : null,
    now: () => {
      atOnce.current = true;
      setSaid((before) => ({ ...before, of: null, error: null }));
      setAsked((times) => times + 1);
    },
  };
}

/**
 * @param {{checks: ReturnType<typeof useChecks>, problems: import("../lines.js").Problem[],
 *   jump: (problem: import("../lines.js").Problem) => void, why: string | null}} props why: why it cannot be checked
 */
export function Problems({ checks, problems, jump, why }) {
  const { checked, error, now } = checks;
  return html`<div class="stack-s">
    <div class="row">
      <div class="grow" role="status">
        ${
          why
            ? html`<${Badge}>Not checked</${Badge}>`
            : error
              ? html`<${Badge} kind="bad">Not checked</${Badge}>`
              : checked === null
                ? html`<${Badge}>Checking…</${Badge}>`
                : checked.valid
                  ? html`<${Badge} kind="good">Valid</${Badge}> <span class="soft mono breaks">${checked.version}
                    </span>`
                  : html`<${Badge} kind="bad">${problems.length} ${problems.length === 1 ? "problem" : "problems"}
                    </${Badge}>`
        }
      </div>
      <${Button} onClick=${now} why=${why} hint="c">Check</${Button}>
    </div>
    ${error && !why && html`<p class="notice bad"><span class="grow breaks">${error.message}</span></p>`}
    ${
      problems.length > 0 &&
      html`<ol class="problems">
        ${problems.map(
          (problem) => html`<li class="problem">
            <button type="button" class="link-button"
              onClick=${() => jump(problem)}>Line ${problem.line}, column ${problem.column}</button>
            <span class="breaks">${problem.message}</span>
          </li>`,
        )}
      </ol>`
    }
  </div>`;
}
