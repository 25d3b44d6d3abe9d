/** A text field for code: numbered lines, light, problems underlined. The field itself stays a plain text area. */

import { Component, html } from "../../../../vendor/preact.js";
import { cut, tokens } from "../language.js";
import { indented, markIn } from "../lines.js";

// Longer texts are shown plain: light on every line would slow down writing.
const LIT_LINES = 4_000;

/**
 * @param {{value: string, write: (text: string) => void, problems: import("../lines.js").Problem[], field: {current: any},
 *   check: () => void, attributes?: Record<string, any>, readOnly?: boolean}} props
 */
export function CodeField({ value, write, problems, field, check, attributes = {}, readOnly = false }) {
  const lines = value.split("\n");
  const marks = new Map();
  for (const problem of problems) {
    const line = lines[problem.line - 1];
    if (line !== undefined) marks.set(problem.line, [...(marks.get(problem.line) ?? []), markIn(line, problem)]);
  }
  return html`<div class=${`code${readOnly ? " code-read-only" : ""}`}>
    <div class="code-light" aria-hidden="true">
      ${
        lines.length > LIT_LINES
          ? `${value} `
          : lines.map(
              (text, at) => html`<${Line} key=${at} text=${text}
        marks=${marks.get(at + 1) ?? NONE} />`,
            )
      }
    </div>
    <textarea
      ref=${field}
      value=${value}
      readOnly=${readOnly}
      spellcheck=${false}
      autocapitalize="off"
      autocomplete="off"
      wrap="soft"
      onInput=${(/** @type {any} */ event) => write(event.currentTarget.value)}
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => pressed(event, check, readOnly)}
      onBlur=${() => {
        leaving = false;
      }}
      ...${attributes}
    ></textarea>
  </div>`;
}

/** @type {[number, number][]} */
const NONE = [];

/** One line; drawn again only where it changes. */
class Line extends Component {
  /** @param {any} next */
  shouldComponentUpdate(next) {
    const { text, marks } = /** @type {any} */ (this.props);
    return next.text !== text || String(next.marks) !== String(marks);
  }

  /** @param {any} props */
  render({ text, marks }) {
    const bad = marks.length > 0;
    return html`<div class=${`code-line${bad ? " code-bad" : ""}`}>
      ${
        text === ""
          ? " "
          : cut(tokens(text), marks).map(
              (token) =>
                html`<span class=${`${token.kind && `lit-${token.kind}`}${token.marked ? " code-mark" : ""}`}>${token.text}</span>`,
            )
      }
    </div>`;
  }
}

/** Whether Escape was pressed last: then Tab leaves the field, as everywhere else. */
let leaving = false;

/** @param {KeyboardEvent} event @param {() => void} check @param {boolean} readOnly */
function pressed(event, check, readOnly) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    check();
    return;
  }
  if (event.key === "Tab" && !leaving && !readOnly && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    tab(/** @type {HTMLTextAreaElement} */ (event.currentTarget), event.shiftKey);
  }
  if (event.key !== "Shift" && event.key !== "Tab") leaving = event.key === "Escape";
}

/** @param {HTMLTextAreaElement} area @param {boolean} out */
function tab(area, out) {
  const { value, selectionStart: from, selectionEnd: to } = area;
  if (from === to && !out) {
    put(area, "  ");
    return;
  }
  const moved = indented(value, from, to, out);
  area.setSelectionRange(moved.start, moved.end);
  put(area, moved.put);
  area.setSelectionRange(moved.from, moved.to);
}

/**
 * Put a text in the place of what is selected, so that undo takes it back.
 * @param {HTMLTextAreaElement} area
 * @param {string} text
 */
function put(area, text) {
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
