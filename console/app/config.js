/** What the stack told its console when it was published: where to sign in, and how scopes are called there. */

/**
 * @typedef {object} Config
 * @property {string} stack
 * @property {string} region
 * @property {string} issuer of OpenID Connect
 * @property {string} client_id
 * @property {{read: string, review: string, rules: string}} scopes as the issuer calls them
 * @property {string} [scope_prefix] put before them where they are asked for
 * @property {string} [dashboard_url] where the operators look
 */

/** @type {Config | null} */
let told = null;

/** Read config.json, once, before anything else. @returns {Promise<Config>} */
export async function loadConfig() {
  try {
    const response = await fetch("config.json", { cache: "no-cache" });
    if (!response.ok) throw new Error(`answered with ${response.status}`);
    told = await response.json();
  } catch (cause) {
    throw new Error("The console's configuration, config.json, could not be read. Try again in a moment.", { cause });
  }
  return config();
}

/** @returns {Config} */
export function config() {
  if (told === null) throw new Error("config.json is not read yet");
  return told;
}
