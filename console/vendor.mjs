// Bundles what the console is written with into a folder, one module each, with its types for the checker:
//   node vendor.mjs TARGET        (run where node_modules is: `make vendor`)
// The same lock gives the same bytes; a check holds vendor/ to it.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const HOOKS =
  "useCallback, useContext, useEffect, useErrorBoundary, useLayoutEffect, useMemo, useReducer, useRef, useState";

/** What each module exports: of which package which names. */
const MODULES = {
  preact: `
export { Component, Fragment, createContext, h, render } from "preact";
export { ${HOOKS} } from "preact/hooks";
`,
  uplot: `
export { default as uPlot } from "uplot";
`,
  oauth: `
export { AuthorizationResponseError, None, ResponseBodyError, allowInsecureRequests, authorizationCodeGrantRequest,
  calculatePKCECodeChallenge, discoveryRequest, generateRandomCodeVerifier, generateRandomNonce, generateRandomState,
  getValidatedIdTokenClaims, processAuthorizationCodeResponse, processDiscoveryResponse, validateAuthResponse,
} from "oauth4webapi";
`,
};

/** What is added to a module: its code, and that code's types. */
const ADDED = {
  preact: {
    code: `import { h } from "preact";\nimport htm from "htm";\nexport const html = htm.bind(h);\n`,
    types: `export declare function html(strings: TemplateStringsArray, ...values: unknown[]): any;\n`,
  },
};

/** Whose work it is: their licences ask to be passed on with it. */
const PACKAGES = ["htm", "oauth4webapi", "preact", "uplot"];

/** @param {string} name */
async function licence(name) {
  const { version } = JSON.parse(await readFile(`node_modules/${name}/package.json`, "utf8"));
  const file = name === "oauth4webapi" ? "LICENSE.md" : "LICENSE";
  return `${name} ${version}\n\n${(await readFile(`node_modules/${name}/${file}`, "utf8")).trim()}\n`;
}

const target = process.argv[2] ?? "vendor";
await mkdir(target, { recursive: true });
for (const [name, exported] of Object.entries(MODULES)) {
  const added = ADDED[name] ?? { code: "", types: "" };
  await build({
    stdin: { contents: exported + added.code, resolveDir: process.cwd(), sourcefile: `${name}.js` },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "eof",
    outfile: `${target}/${name}.js`,
  });
  await writeFile(`${target}/${name}.d.ts`, `${exported.trimStart()}${added.types}`);
}
await writeFile(`${target}/LICENSES.txt`, (await Promise.all(PACKAGES.map(licence))).join("\n\n"));
await copyFile("node_modules/uplot/dist/uPlot.min.css", `${target}/uplot.css`);
