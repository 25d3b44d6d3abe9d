/** A chart over time as uPlot wants it: what is drawn, in which order, how the axes read. */

import { uPlot } from "../../vendor/uplot.js";
import { stacked } from "./maths.js";

/**
 * @typedef {import("./maths.js").Maybe} Maybe
 * @typedef {import("./frame.js").Tone} Tone
 *
 * @typedef {object} Series
 * @property {string} name
 * @property {Maybe[]} values
 * @property {"line" | "area" | "stack" | "bars"} [kind] stacks pile up in the order given
 * @property {Tone} [tone]
 * @property {"left" | "right"} [scale]
 * @property {(value: number) => string} [format]
 * @property {boolean} [dashed]
 *
 * @typedef {{low: Maybe[], high: Maybe[], name: string, tone?: Tone}} Band
 * @typedef {{at: number, text: string, tone?: Tone}} Mark at: epoch seconds
 *
 * @typedef {object} Look
 * @property {Series[]} series
 * @property {Band[]} bands
 * @property {{current: Mark[]}} marks
 * @property {boolean} zero
 * @property {number} max
 * @property {string} [group]
 * @property {(value: number) => string} format
 * @property {(value: number) => string} formatRight
 */

const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/**
 * Rows in the order in which they are drawn: bands, then what is piled up, then the rest.
 * @param {number[]} times
 * @param {Series[]} series
 * @param {Band[]} bands
 */
export function rows(times, series, bands) {
  const piled = stacked(series.filter(isStack).map((each) => each.values));
  const plain = inOrder(series).slice(piled.length);
  /** @param {Maybe[]} values */
  const known = (values) => values.map((value) => value ?? null);
  return [
    times,
    ...bands.flatMap((band) => [known(band.low), known(band.high)]),
    ...piled,
    ...plain.map((each) => known(each.values)),
  ];
}

/** What covers most is drawn first: piles, bars, areas, lines. @param {Series[]} series */
function inOrder(series) {
  const order = ["stack", "bars", "area", "line"];
  return [...series].sort((a, b) => order.indexOf(a.kind ?? "line") - order.indexOf(b.kind ?? "line"));
}

/** @param {Series} series */
function isStack(series) {
  return series.kind === "stack";
}

/**
 * @param {Look} look
 * @param {import("./palette.js").Palette} colours
 * @param {(at: number | null, left: number) => void} moved the cursor, to a row and a place in pixels
 */
export function options(look, colours, moved) {
  const { series, bands } = look;
  const drawn = inOrder(series);
  const first = 1 + 2 * bands.length;
  const stacks = series.filter(isStack).length;
  const none = { points: { show: false }, stroke: "transparent", width: 0 };
  return {
    width: 300,
    height: 100,
    padding: [14, look.series.some((each) => each.scale === "right") ? 0 : 10, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: {
        size: 7,
        width: 2,
        stroke: colours.ground,
        fill: (/** @type {any} */ u, /** @type {number} */ at) => u.series[at].mark,
      },
      ...(look.group ? { sync: { key: look.group, setSeries: false } } : {}),
    },
    scales: {
      x: { time: true },
      left: { range: range(look.zero, look.max) },
      right: { range: range(look.zero, 0) },
    },
    series: [
      {},
      ...bands.flatMap(() => [
        { ...none, scale: "left" },
        { ...none, scale: "left" },
      ]),
      ...drawn.map((each) => lineOf(each, colours)),
    ],
    bands: [
      ...bands.map((band, at) => ({
        series: [2 * at + 2, 2 * at + 1],
        fill: colours.fill(band.tone ?? "muted", 0.18),
      })),
      ...Array.from({ length: Math.max(stacks - 1, 0) }, (_, at) => ({ series: [first + at + 1, first + at] })),
    ],
    axes: axes(look, colours),
    hooks: {
      draw: [(/** @type {any} */ u) => drawMarks(u, look.marks.current, colours)],
      setCursor: [
        (/** @type {any} */ u) => moved(u.cursor.idx ?? null, (u.cursor.left ?? 0) + u.bbox.left / devicePixelRatio),
      ],
    },
  };
}

/** @param {boolean} zero @param {number} max */
function range(zero, max) {
  return (/** @type {any} */ _, /** @type {number | null} */ low, /** @type {number | null} */ high) => {
    const top = Math.max(high ?? 0, max);
    const bottom = zero ? Math.min(low ?? 0, 0) : (low ?? 0);
    const space = (top - bottom || Math.abs(top) || 1) * 0.06;
    return [zero || top === bottom ? bottom : bottom - space, top > bottom ? top + space : bottom + 1];
  };
}

/** @param {Series} each @param {import("./palette.js").Palette} colours */
function lineOf(each, colours) {
  const colour = colours.line(each.tone ?? "one");
  const share = { line: 0, area: 0.16, stack: 0.72, bars: 0.35 }[each.kind ?? "line"];
  return {
    label: each.name,
    scale: each.scale ?? "left",
    stroke: colour,
    mark: colour,
    width: { line: 1.75, area: 1.5, stack: 1, bars: 0 }[each.kind ?? "line"],
    fill: share ? colours.fill(each.tone ?? "one", share) : undefined,
    dash: each.dashed ? [5, 4] : undefined,
    paths: each.kind === "bars" ? uPlot.paths.bars?.({ size: [0.75, 32], align: 0 }) : undefined,
    // A value between two gaps has no line: without its point it would not be seen.
    points: {
      show: each.kind !== "bars",
      filter: (/** @type {any} */ u, /** @type {number} */ index) => lonely(u.data[index]),
      size: 5,
      fill: colour,
      width: 0,
    },
  };
}

/**
 * The values that no line reaches, between two gaps.
 * @param {Maybe[]} values
 */
export function lonely(values) {
  const found = [];
  for (let at = 0; at < values.length; at++) {
    if (values[at] != null && values[at - 1] == null && values[at + 1] == null) found.push(at);
  }
  return found;
}

/** @param {Look} look @param {import("./palette.js").Palette} colours */
function axes(look, colours) {
  const plain = {
    stroke: colours.text,
    font: colours.font,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: false },
  };
  const side = (/** @type {(value: number) => string} */ format) => ({
    ...plain,
    gap: 6,
    space: 26,
    values: (/** @type {any} */ _, /** @type {number[]} */ splits) => splits.map((value) => format(value)),
    size: (/** @type {any} */ u, /** @type {string[] | null} */ texts) => room(u, texts, colours.font),
  });
  const right = look.series.some((each) => each.scale === "right");
  return [
    {
      ...plain,
      grid: { show: false },
      ticks: { stroke: colours.grid, size: 4, width: 1 },
      size: 26,
      gap: 4,
      space: 58,
      values: (/** @type {any} */ _, /** @type {number[]} */ splits) => splits.map(clock),
    },
    { ...side(look.format), scale: "left" },
    ...(right ? [{ ...side(look.formatRight), scale: "right", side: 1, grid: { show: false } }] : []),
  ];
}

/** @param {any} u @param {string[] | null} texts @param {string} font */
function room(u, texts, font) {
  u.ctx.save();
  u.ctx.font = font;
  const widest = Math.max(18, ...(texts ?? []).map((text) => u.ctx.measureText(text ?? "").width));
  u.ctx.restore();
  return Math.ceil(widest) + 10;
}

/** A moment on the axis: the hour, and at midnight the day. @param {number} at epoch seconds */
function clock(at) {
  const moment = new Date(at * 1000);
  return moment.getHours() === 0 && moment.getMinutes() === 0 ? days.format(moment) : hours.format(moment);
}

/**
 * Draw marks as lines from top to bottom with a small flag, and their words where these have room.
 * @param {any} u @param {Mark[]} marks @param {import("./palette.js").Palette} colours
 */
function drawMarks(u, marks, colours) {
  const { ctx, bbox } = u;
  const dot = devicePixelRatio;
  const [from, until] = [u.scales.x.min, u.scales.x.max];
  const shown = marks.filter((mark) => mark.at >= from && mark.at <= until).sort((a, b) => a.at - b.at);
  let free = bbox.left;
  ctx.save();
  ctx.font = colours.font.replace(/^[\d.]+/, (size) => `${Number(size) * dot}`);
  ctx.textBaseline = "bottom";
  ctx.textAlign = "left";
  for (const [index, mark] of shown.entries()) {
    const x = Math.round(u.valToPos(mark.at, "x", true));
    const colour = colours.line(mark.tone ?? "muted");
    ctx.strokeStyle = colour;
    ctx.fillStyle = colour;
    ctx.lineWidth = dot;
    ctx.setLineDash([3 * dot, 3 * dot]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.moveTo(x - 4 * dot, bbox.top - 5 * dot);
    ctx.lineTo(x + 4 * dot, bbox.top - 5 * dot);
    ctx.lineTo(x, bbox.top);
    ctx.fill();
    const width = ctx.measureText(mark.text).width;
    const next = shown[index + 1];
    const end = next ? u.valToPos(next.at, "x", true) - 6 * dot : bbox.left + bbox.width;
    const left = x + 7 * dot + width > end ? x - 7 * dot - width : x + 7 * dot;
    if (left >= free) {
      ctx.fillText(mark.text, left, bbox.top);
      free = left + width + 6 * dot;
    }
  }
  ctx.restore();
}
