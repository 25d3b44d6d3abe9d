/** Values over time: lines, areas and piles, usual bands, marked moments. Drawn by uPlot. */

import { html, useEffect, useMemo, useRef, useState } from "../../vendor/preact.js";
import { uPlot } from "../../vendor/uplot.js";
import { number, when } from "../words.js";
import { arrows, InWords, Legend, Tip, useUnique, useWidth } from "./frame.js";
import { extent, lastKnown, nearest, sampled } from "./maths.js";
import { palette, useThemeChanges } from "./palette.js";
import { options, rows } from "./plot.js";

const ROWS_OF_TEXT = 48;
const NEAR_PX = 8;

/**
 * @param {object} props
 * @param {string} props.label what it shows
 * @param {number[]} props.times epoch seconds, rising
 * @param {import("./plot.js").Series[]} props.series
 * @param {import("./plot.js").Band[]} [props.bands]
 * @param {import("./plot.js").Mark[]} [props.marks]
 * @param {number} [props.height]
 * @param {string} [props.group] charts of one group move their cursors together
 * @param {(value: number) => string} [props.format]
 * @param {(value: number) => string} [props.formatRight]
 * @param {boolean} [props.zero] whether the axes begin at 0
 * @param {number} [props.max] the left axis reaches at least this far
 */
export function TimeChart(props) {
  const { label, times, series, bands = [], marks = [], height = 180, group, format = number } = props;
  const { formatRight = format, zero = true, max = 0 } = props;
  const [box, width] = useWidth();
  const theme = useThemeChanges();
  const plot = useRef(/** @type {any} */ (null));
  const shownMarks = useRef(marks);
  shownMarks.current = marks;
  const [cursor, setCursor] = useState(/** @type {{at: number | null, left: number}} */ ({ at: null, left: 0 }));
  const [looking, setLooking] = useState(false);
  const summary = useUnique("chart");
  const shape = JSON.stringify([series.map(({ values: _, ...rest }) => rest), bands.length, group, height, zero, max]);
  const data = /** @type {any} */ (rows(times, series, bands));

  useEffect(() => {
    if (!box.current) return undefined;
    const look = { series, bands, marks: shownMarks, zero, max, group, format, formatRight };
    const moved = (/** @type {number | null} */ at, /** @type {number} */ left) =>
      setCursor((/** @type {any} */ was) => (was.at === at && was.left === left ? was : { at, left }));
    const made = new uPlot(/** @type {any} */ (options(look, palette(), moved)), data, box.current);
    made.setSize({ width: box.current.clientWidth || 300, height });
    plot.current = made;
    return () => made.destroy();
  }, [shape, theme]);

  useEffect(() => plot.current?.setData(data), [times, series, props.bands, props.marks]);
  useEffect(() => {
    if (width) plot.current?.setSize({ width, height });
  }, [width, height]);

  /** @param {number | null} at */
  const move = (at) => {
    const u = plot.current;
    if (at === null) u?.setCursor({ left: -10, top: -10 });
    else u?.setCursor({ left: u.valToPos(times[at], "x"), top: 10 });
  };
  const wordsOf = (/** @type {import("./plot.js").Series} */ each, /** @type {number | null} */ at) =>
    said(each, at, each.scale === "right" ? formatRight : format);
  const at = cursor.at !== null && cursor.at < times.length ? cursor.at : null;
  const here = at === null ? [] : marks.filter((mark) => isNear(plot.current, mark.at, Number(times[at])));

  const isEmpty = series.every((each) => lastKnown(each.values) < 0);

  // The cursor moves often, the figures seldom.
  const words = useMemo(
    () => html`<${InWords} id=${summary} label=${label} summary=${inShort(props, wordsOf)}
      head=${["Time", ...series.map((each) => each.name), ...bands.map((band) => band.name)]}
      rows=${sampled(times.length, ROWS_OF_TEXT).map((row) => [
        moment(Number(times[row])),
        ...series.map((each) => wordsOf(each, row) ?? "–"),
        ...bands.map((band) => between(band, row, format)),
      ])} />`,
    [times, series, props.bands, props.marks],
  );

  return html`<div class="chart">
    <${Legend} items=${[
      ...series.map((each) => ({
        name: each.name,
        tone: each.tone ?? "one",
        shape: each.dashed ? "dashed" : (each.kind ?? "line"),
        value: wordsOf(each, at ?? lastKnown(each.values)),
      })),
      ...bands.map((band) => ({ name: band.name, tone: band.tone ?? "muted", shape: "band" })),
    ]} />
    <div class="chart-plot" ref=${box} tabindex="0" role="group" aria-roledescription="chart" aria-label=${label}
      aria-describedby=${summary} onKeyDown=${arrows(times.length, at, move)}
      onPointerEnter=${() => setLooking(true)} onPointerLeave=${() => setLooking(false)}
      onFocus=${() => setLooking(true)} onBlur=${() => {
        setLooking(false);
        move(null);
      }}></div>
    ${isEmpty && html`<p class="chart-empty" aria-hidden="true">Nothing yet</p>`}
    ${
      looking &&
      at !== null &&
      html`<${Tip} at=${cursor.left} width=${width} title=${moment(Number(times[at]))}
        rows=${[
          ...series.map((each) => ({ name: each.name, value: wordsOf(each, at) ?? "–", tone: each.tone ?? "one" })),
          ...bands.map((band) => ({ name: band.name, value: between(band, at, format) })),
        ]}
        notes=${here.map((mark) => mark.text)} />`
    }
    <div class="chart-text" role="status">${
      looking &&
      at !== null &&
      document.activeElement === box.current &&
      `${moment(Number(times[at]))}: ${series.map((each) => `${each.name} ${wordsOf(each, at) ?? "unknown"}`).join(", ")}`
    }</div>
    ${words}
  </div>`;
}

/** @param {import("./plot.js").Series} each @param {number | null} at @param {(value: number) => string} usual */
function said(each, at, usual) {
  const value = at === null || at < 0 ? null : each.values[at];
  return value == null ? null : (each.format ?? usual)(value);
}

/** @param {import("./plot.js").Band} band @param {number} at @param {(value: number) => string} format */
function between(band, at, format) {
  const [low, high] = [band.low[at], band.high[at]];
  return low == null || high == null ? "–" : `${format(low)} to ${format(high)}`;
}

/** @param {number} at epoch seconds */
function moment(at) {
  return when(new Date(at * 1000).toISOString());
}

/** @param {any} u @param {number} mark @param {number} cursor */
function isNear(u, mark, cursor) {
  return u && Math.abs(u.valToPos(mark, "x") - u.valToPos(cursor, "x")) <= NEAR_PX;
}

/**
 * The chart in a few sentences.
 * @param {{label: string, times: number[], series: import("./plot.js").Series[], marks?: import("./plot.js").Mark[]}} chart
 * @param {(each: import("./plot.js").Series, at: number) => string | null} wordsOf
 */
function inShort({ label, times, series, marks = [] }, wordsOf) {
  if (times.length === 0) return `${label}: nothing yet.`;
  const sentences = series.map((each) => {
    const ends = extent(each.values);
    if (!ends) return `${each.name}: no values.`;
    const [low, high] = ends.map((end) => wordsOf(each, each.values.indexOf(end)));
    return `${each.name}: from ${low} to ${high}, last ${wordsOf(each, lastKnown(each.values))}.`;
  });
  const flags = marks.slice(0, 20).map((mark) => `${mark.text} at ${moment(Number(times[nearest(times, mark.at)]))}.`);
  const span = `from ${moment(Number(times[0]))} to ${moment(Number(times.at(-1)))}`;
  return [`${label}, ${span}. The arrow keys move through it.`, ...sentences, ...flags].join(" ");
}
