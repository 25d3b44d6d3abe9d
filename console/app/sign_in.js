/** Signing in: OpenID Connect's authorization code with PKCE, as a public client does. */

import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  discoveryRequest,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  getValidatedIdTokenClaims,
  None,
  processAuthorizationCodeResponse,
  processDiscoveryResponse,
  ResponseBodyError,
  validateAuthResponse,
} from "../vendor/oauth.js";
import { config } from "./config.js";
import { leaving, signedIn, signedOut } from "./session.js";

const KEY = "fraudstream.signing-in";
/** Whoever may not read is refused. */
const MOST_WITHOUT = 2;

/** A sign-in that did not come about; its message is for people. */
export class SignInError extends Error {
  /** @param {string} message @param {unknown} [cause] */
  constructor(message, cause) {
    super(message, { cause });
    this.name = "SignInError";
  }
}

/**
 * Leave for the issuer; who is signed in there comes back to where they are now.
 * @param {{back?: string, without?: number}} [how] back: the part of the address to come back to; without: so many of
 *   the scopes are not asked for, the most powerful first
 * @throws {SignInError} where the issuer does not answer
 */
export async function beginSignIn({ back = location.hash, without = 0 } = {}) {
  const server = await discovered();
  const begun = { state: generateRandomState(), nonce: generateRandomNonce(), verifier: generateRandomCodeVerifier() };
  sessionStorage.setItem(KEY, JSON.stringify({ ...begun, back, without }));
  const address = new URL(/** @type {string} */ (server.authorization_endpoint));
  const asked = {
    client_id: config().client_id,
    response_type: "code",
    redirect_uri: ourAddress(),
    scope: askedFor(without),
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: await calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  location.assign(address.href);
}

/**
 * The scopes to ask for. Some issuers want a prefix in the request that the token then lacks (Entra: `api://<app>/`).
 * @param {number} without
 */
function askedFor(without) {
  const { scopes, scope_prefix: prefix = "" } = config();
  const wanted = [scopes.read, scopes.review, scopes.rules].filter(Boolean);
  return ["openid", ...wanted.slice(0, Math.max(1, wanted.length - without)).map((scope) => prefix + scope)].join(" ");
}

/** Whether the issuer has just sent somebody back. */
export function isComingBack() {
  const query = new URLSearchParams(location.search);
  return query.has("state") && (query.has("code") || query.has("error"));
}

/**
 * Turn what the issuer sent along into a session, and go back to where one was; or ask once more, for less.
 * @throws {SignInError} where it does not hold, or the issuer refuses
 */
export async function finishSignIn() {
  const answer = new URL(location.href);
  const begun = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  // A code is good for once: neither a reload nor the history shall offer it again, whatever comes of it.
  sessionStorage.removeItem(KEY);
  history.replaceState(null, "", `${location.pathname}${begun?.back ?? ""}`);
  if (begun === null) throw new SignInError("This sign-in was not begun in this tab. Please sign in again.");
  try {
    const server = await discovered();
    const client = { client_id: config().client_id };
    const checked = validateAuthResponse(server, client, answer, begun.state);
    const response = await authorizationCodeGrantRequest(
      server,
      client,
      None(),
      checked,
      ourAddress(),
      begun.verifier,
      insecurely(),
    );
    const given = await processAuthorizationCodeResponse(server, client, response, { expectedNonce: begun.nonce });
    signedIn(sessionOf(given, getValidatedIdTokenClaims(given), server.end_session_endpoint));
  } catch (error) {
    if (isOfScopes(error) && begun.without < MOST_WITHOUT) {
      await beginSignIn({ back: begun.back, without: begun.without + 1 });
      return;
    }
    throw inWords(error);
  }
}

/**
 * Whether somebody was refused for a scope they may not have. Most issuers leave such a scope out; Okta refuses the
 * whole, in words of its own.
 * @param {unknown} error
 */
function isOfScopes(error) {
  if (!(error instanceof AuthorizationResponseError)) return false;
  return error.error === "invalid_scope" || /scope|policy evaluation/i.test(error.error_description ?? "");
}

/** Forget the session, here and at the issuer where it has a way. */
export function signOut() {
  const leave = leaving();
  signedOut();
  if (leave === null) return;
  const address = new URL(leave);
  address.searchParams.set("client_id", config().client_id);
  address.searchParams.set("post_logout_redirect_uri", ourAddress());
  address.searchParams.set("logout_uri", ourAddress()); // what Cognito calls it
  location.assign(address.href);
}

/** Where the issuer sends people back to: the console's folder, without anything after it. */
function ourAddress() {
  return new URL(".", location.origin + location.pathname).href;
}

/** What the issuer says of itself. @returns {Promise<any>} */
async function discovered() {
  const issuer = new URL(config().issuer);
  let response;
  try {
    response = await discoveryRequest(issuer, { algorithm: "oidc", ...insecurely() });
  } catch (error) {
    throw new SignInError(`The sign-in service ${issuer.host} does not answer. Try again in a moment.`, error);
  }
  try {
    return await processDiscoveryResponse(issuer, response);
  } catch (error) {
    throw new SignInError(`${issuer.host} does not answer as a sign-in service does.`, error);
  }
}

/** Plain HTTP is for an issuer on this very machine, asked by a page from this very machine. */
function insecurely() {
  const issuer = new URL(config().issuer);
  return { [allowInsecureRequests]: issuer.protocol === "http:" && isLoopback(issuer) && isLoopback(location) };
}

/** @param {{hostname: string}} address */
export function isLoopback({ hostname }) {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127\./.test(hostname);
}

/**
 * @param {any} given the issuer's answer
 * @param {any} claims of the id token
 * @param {string | undefined} leave
 */
function sessionOf(given, claims, leave) {
  const inside = payload(given.access_token);
  const ends = given.expires_in !== undefined ? Date.now() + 1000 * given.expires_in : 1000 * (inside?.exp ?? 0);
  const scopes = inside?.scope ?? inside?.scp ?? given.scope ?? null;
  return {
    token: given.access_token,
    ends_at: ends || null,
    scopes: typeof scopes === "string" ? scopes.split(" ") : scopes,
    subject: String(claims?.sub ?? inside?.sub ?? ""),
    name: String(claims?.name ?? claims?.preferred_username ?? claims?.email ?? inside?.username ?? ""),
    leave: leave ?? null,
  };
}

/**
 * What an access token says, if it is one that can be read. Nothing is decided by it but what the page offers: the API
 * checks the token itself.
 * @param {string} token
 * @returns {any}
 */
export function payload(token) {
  try {
    const text = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
  } catch {
    return null;
  }
}

/** @param {unknown} error */
function inWords(error) {
  if (error instanceof SignInError) return error;
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const said = error.error_description || error.error;
    if (error.error === "access_denied") return new SignInError(`You were not signed in: ${said}`, error);
    return new SignInError(`The sign-in service refused: ${said}`, error);
  }
  if (error instanceof TypeError) {
    return new SignInError("The sign-in service does not answer. Try again in a moment.", error);
  }
  const said = error instanceof Error ? error.message : String(error);
  return new SignInError(`The sign-in service's answer does not hold (${said}). Please sign in again.`, error);
}
