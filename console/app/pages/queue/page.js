/** The queue: what was flagged and waits, card by card. */

import { html, useEffect, useMemo, useRef, useState } from "../../../vendor/preact.js";
import { saidLately, settle, useFindings } from "../../findings.js";
import { useKeys } from "../../keys.js";
import { Failed } from "../../loading.js";
import { Button } from "../../parts/Button.js";
import { PageHead } from "../../parts/PageHead.js";
import { keepOrder } from "../../queue_order.js";
import { go, href } from "../../routes.js";
import { snoozedUntil, useSnoozes } from "../../snoozes.js";
import { useTitle } from "../../title.js";
import { counted } from "../../words.js";
import { CaseList } from "./CaseList.js";
import { item } from "./cases.js";
import { FilterBar } from "./FilterBar.js";
import { filtersOf, isFiltering, passes, queryOf, USUAL } from "./filters.js";
import { Lately } from "./Lately.js";
import { useQueue } from "./live.js";
import { useNews } from "./news.js";
import { arrange, sorted } from "./order.js";
import { Preview } from "./Preview.js";
import { useReasons } from "./rules.js";
import { useSelection } from "./selection.js";
import { Totals } from "./Totals.js";
import { useIsFree } from "./touch.js";
import { useIsWide } from "./wide.js";

/** @typedef {import("./cases.js").Item} Item */
/** @typedef {import("./cases.js").CaseTransaction} CaseTransaction */

const IN_ORDER = { risk: "the riskiest first", amount: "the most at stake first", age: "the oldest first" };

/** @param {{route: import("../../routes.js").Route}} props */
export function Page({ route }) {
  const filters = filtersOf(route.query);
  const change = (/** @type {import("./filters.js").Filters} */ next) =>
    go(href("queue", null, queryOf(next)), { replace: true });
  const { loaded, more } = useQueue(filters.order === "age" ? "age" : "risk", filters.snoozed);
  const cases = loaded.value?.cases ?? null;
  const isWhole = loaded.value?.isWhole ?? true;
  const now = Date.now();

  const { of } = useFindings();
  const isSaid = (/** @type {CaseTransaction} */ one) => !one.disposition && of(one) !== null;
  useSettling(cases);
  useSnoozes();

  const { all, standing, waiting, isStale, adopt, look } = useStanding(cases, filters);
  const waitingOf = (/** @type {Item[]} */ items) =>
    items.flatMap((one) => (filters.snoozed || snoozedUntil(one.of) === null ? (item(one.of, isSaid) ?? []) : []));
  const visible = waitingOf(standing);
  const waits = waitingOf(all);
  const { selected, select, picked, pick } = useSelection(visible.map(({ id }) => id));
  look(selected);
  const current = visible.find(({ id }) => id === selected) ?? null;
  const news = useNews(cases, selected);
  const late = new Set(saidLately().flatMap((one) => one.transaction_ids));
  const reasons = useReasons();
  const isWide = useIsWide();
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  useTitle(cases === null ? "Queue" : `Queue (${waits.length}${isWhole ? "" : "+"})`);
  useEffect(() => keepOrder(visible.map(({ last }) => last.transaction_id)), [visible.map(({ id }) => id).join()]);

  const move = (/** @type {number} */ step) => {
    if (picked !== null && current) return pick(neighbour(names(current), picked, step));
    const next = neighbour(
      visible.map(({ id }) => id),
      selected,
      step,
    );
    if (next === null) return;
    select(next);
    byKeys.current = true;
    focusRow(list.current, next);
  };
  const open = () => current && go(href("transactions", picked ?? current.last.transaction_id));
  const openOf = (/** @type {Item} */ one) => go(href("transactions", one.last.transaction_id));
  const refresh = () => {
    adopt();
    loaded.reload();
  };
  const byKeys = useRef(false);
  useEffect(() => {
    // What one had the focus on has just left the list: whoever hears the page goes on with what follows it.
    if (byKeys.current && selected !== null && document.activeElement === document.body)
      focusRow(list.current, selected);
  }, [selected]);
  useKeys({
    j: [() => move(1), "Next case (or transaction, in the preview)"],
    ArrowDown: [() => move(1), "Next case (or transaction, in the preview)"],
    k: [() => move(-1), "Previous"],
    ArrowUp: [() => move(-1), "Previous"],
    ArrowRight: [() => isWide && current && pick(picked ?? names(current)[0]), "Into the transactions of the case"],
    ArrowLeft: [() => pick(null), "Back to the whole case"],
    Enter: [open, "Open the transaction"],
    o: [open, "Open the transaction"],
    "/": [() => focusFilter(), "Filter"],
    r: [refresh, "Reload, and sort again"],
    x: [() => !isWhole && more(), "Load more"],
  });

  return html`
    <${PageHead} title="Queue" actions=${cases && html`<${Totals} items=${waits} isWhole=${isWhole} now=${now} />`}>
      Flagged transactions that wait, card by card
    <//>
    <${FilterBar} filters=${filters} change=${change} rules=${[...new Set([...all.flatMap(({ rules }) => rules), ...(filters.rule ? [filters.rule] : [])])].sort()} />
    ${loaded.error && html`<${Failed} error=${loaded.error} retry=${loaded.reload} stale=${cases !== null} />`}
    ${cases === null && !loaded.error && html`<div class="skeleton tall" role="status"><span class="hidden">Loading…</span></div>`}
    ${
      cases !== null &&
      html`<div class="queue">
        <div class="list">
          <div class="list-head">
            <p class="soft small">${counted(visible.length, "case")}, ${IN_ORDER[filters.order]}</p>
            <div role="status">
              ${
                (waiting.length > 0 || isStale) &&
                html`<${Button} class="news" hint="r" onClick=${refresh}>
                  ${waiting.length > 0 ? `${waiting.length} new: show` : "The order has changed: sort again"}
                <//>`
              }
            </div>
          </div>
          ${
            visible.length > 0
              ? html`<${CaseList} items=${visible} selected=${selected} select=${select} news=${news} late=${late} isSaid=${isSaid} reasons=${reasons} now=${now} element=${list} enter=${isWide ? null : openOf} />`
              : html`<${Nothing} isFiltering=${isFiltering(filters)} isWhole=${isWhole} clear=${() => change({ ...USUAL, order: filters.order })} />`
          }
          ${!isWhole && html`<div class="more"><${Button} hint="x" onClick=${more}>Load more<//></div>`}
          <${Lately} now=${now} />
        </div>
        ${isWide && current && html`<${Preview} key=${current.id} item=${current} picked=${picked} pick=${pick} isSaid=${isSaid} reasons=${reasons} />`}
      </div>`
    }
  `;
}

/** What was said is remembered until the API says it too. @param {import("./cases.js").Case[] | null} cases */
function useSettling(cases) {
  useEffect(() => {
    if (cases === null) return;
    const known = new Map(
      cases.flatMap(({ transactions }) =>
        transactions.map((one) => [one.transaction_id, one.disposition?.label ?? null]),
      ),
    );
    settle((name) => known.get(name));
  }, [cases]);
}

/**
 * The cases in the order in which they stand.
 * @param {import("./cases.js").Case[] | null} cases
 * @param {import("./filters.js").Filters} filters
 */
function useStanding(cases, filters) {
  const isFree = useIsFree();
  const [adopted, setAdopted] = useState(0);
  const before = useRef({ key: "", shown: /** @type {string[]} */ ([]) });
  const looked = useRef(/** @type {string | null} */ (null));
  const key = `${adopted} ${JSON.stringify(filters)}`;
  const result = useMemo(() => {
    const all = (cases ?? []).map((one) => item(one)).filter((one) => one !== null);
    const wanted = sorted(
      all.filter((one) => passes(one, filters)),
      filters.order,
    );
    const isOther = before.current.key !== key;
    const arranged = arrange(
      isOther ? [] : before.current.shown,
      wanted.map(({ id }) => id),
      {
        selected: looked.current,
        isFree: isOther || isFree(),
      },
    );
    before.current = { key: cases === null ? "" : key, shown: arranged.shown };
    const byId = new Map(wanted.map((one) => [one.id, one]));
    return { ...arranged, all, standing: arranged.shown.flatMap((id) => byId.get(id) ?? []) };
  }, [cases, key]);
  const look = (/** @type {string | null} */ id) => {
    looked.current = id;
  };
  return { ...result, adopt: () => setAdopted((count) => count + 1), look };
}

/** @param {Item} of @returns {string[]} its transactions as the preview lists them */
function names({ of }) {
  return of.transactions.map((one) => one.transaction_id).toReversed();
}

/**
 * @template T
 * @param {T[]} all
 * @param {T | null} one
 * @param {number} step
 * @returns {T | null}
 */
function neighbour(all, one, step) {
  const at = one === null ? -1 : all.indexOf(one);
  return all[Math.max(0, Math.min(all.length - 1, at + step))] ?? null;
}

/** @param {HTMLElement | null} list @param {string} id */
function focusRow(list, id) {
  const row = [...(list?.children ?? [])].find((one) => one.id === `row-${id}`);
  row?.querySelector("a")?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

function focusFilter() {
  /** @type {HTMLElement | null} */ (document.querySelector(".filters input[name=text]"))?.focus();
}

/** @param {{isFiltering: boolean, isWhole: boolean, clear: () => void}} props */
function Nothing({ isFiltering: isFiltered, isWhole, clear }) {
  if (!isFiltered) {
    return html`<div class="empty panel">
      <p>Nothing waits for review</p>
      <p>What is flagged from now on appears here by itself.</p>
    </div>`;
  }
  return html`<div class="empty panel">
    <p>No case passes these filters</p>
    <p>${!isWhole && "They look at the cases that are loaded. "}<button type="button" class="link-button" onClick=${clear}>Clear the filters</button></p>
  </div>`;
}
