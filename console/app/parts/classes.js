/** Names of classes put together. */

/** @param {(string | false | null | undefined)[]} names those that are not names are left out */
export function classes(...names) {
  return names.filter(Boolean).join(" ");
}
