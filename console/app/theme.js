/** Light or dark: as the system has it, until somebody chooses. */

import { useEffect, useState } from "../vendor/preact.js";

/** @typedef {"system" | "light" | "dark"} Choice */

const KEY = "fraudstream.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

/** @returns {Choice} */
function chosen() {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** @returns {"light" | "dark"} */
function shown() {
  const choice = chosen();
  if (choice !== "system") return choice;
  return dark.matches ? "dark" : "light";
}

/** Put the theme on the page; pictures that hold colours of their own hear `theme-changed`. */
export function applyTheme() {
  if (document.documentElement.dataset.theme === shown()) return;
  document.documentElement.dataset.theme = shown();
  dispatchEvent(new Event("theme-changed"));
}

/** @param {Choice} choice */
function choose(choice) {
  if (choice === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  applyTheme();
}

/** @returns {{shown: "light" | "dark", chosen: Choice, choose: (choice: Choice) => void}} */
export function useTheme() {
  const [theme, setTheme] = useState(shown);
  useEffect(() => {
    const follow = () => setTheme(shown());
    addEventListener("theme-changed", follow);
    return () => removeEventListener("theme-changed", follow);
  }, []);
  return { shown: theme, chosen: chosen(), choose };
}

dark.addEventListener("change", applyTheme);
