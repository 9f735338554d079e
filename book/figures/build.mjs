/* Bundle the moving figures.

     node build.mjs [FOLDER]

   writes into FOLDER, the root of the checkout if left out:
   book/_assets/figures/base.js      Preact and src/lib with parts of d3, for all figures
   book/_assets/figures/NAME.js      one figure; needs base.js before it
   lstm_ref/book/moving/NAME.html    its first state as HTML: what is seen without scripts, and in print
   book/_assets/derive/NAME.js       scripts of the page "Derive your own cell"
   book/_assets/figures/notices.txt  the licences of all packages of which something is in a script
   The scripts are classic ones, because a page opened from a folder may not load modules. The same
   sources give the same bytes. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const target = resolve(process.argv[2] ?? join(HERE, "..", ".."));
const scripts = join(target, "book", "_assets", "figures");
const pictures = join(target, "lstm_ref", "book", "moving");

// What base.js holds for all figures, by the name of its import.
const SHARED = ["preact", "preact/hooks", "preact/jsx-runtime"];

const COMMON = {
  absWorkingDir: HERE,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  charset: "utf8",
  legalComments: "none",
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".mjs": "js" },
  write: false,
  logLevel: "warning",
};

/* Scripts that need no base.js, below book/_assets: where they begin. */
const ALONE = { "derive/page.js": "derive/page.js", "derive/check.js": "derive/check_worker.js" };

/* In a figure, imports of what base.js holds become reads of the global that it defines. */
const shared = {
  name: "shared",
  setup(build) {
    const held = new RegExp(`^(${SHARED.map((s) => s.replace("/", "\\/")).join("|")})$`);
    const from = (path) => ({ path, namespace: "shared" });
    build.onResolve({ filter: held }, ({ path }) => from(path));
    build.onResolve({ filter: /\/lib$/ }, () => from("lib"));
    build.onLoad({ filter: /.*/, namespace: "shared" }, ({ path }) => ({
      contents: `module.exports = bookFigures.shared[${JSON.stringify(path)}];`,
      loader: "js",
    }));
  },
};

const packages = new Set(); // of which something was bundled

/* `import text from "worker:../train/worker"` gives what that file bundles to, as text. */
const workers = {
  name: "workers",
  setup(build) {
    build.onResolve({ filter: /^worker:/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice("worker:".length)),
      namespace: "worker",
    }));
    build.onLoad({ filter: /.*/, namespace: "worker" }, async ({ path }) => ({
      contents: await bundled({ entryPoints: [`${path}.ts`] }),
      loader: "text",
    }));
  },
};

async function bundled(options) {
  const { outputFiles, metafile } = await build({ ...COMMON, ...options, metafile: true });
  for (const path of Object.keys(metafile.inputs)) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (found) packages.add(found[1]);
  }
  return outputFiles[0].text;
}

/* Their licences ask that they go with every copy. */
function notices() {
  const texts = [...packages].sort().map((name) => {
    const folder = join(HERE, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((one) => /^licen[sc]e/i.test(one));
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return `The scripts of the book contain parts of these packages.\n\n${texts.join(`\n${"-".repeat(72)}\n\n`)}`;
}

function base() {
  const imports = SHARED.map((path, k) => `import * as m${k} from ${JSON.stringify(path)};`);
  const entries = SHARED.map((path, k) => `${JSON.stringify(path)}: m${k}`);
  const contents = `${imports.join("\n")}
    import * as lib from "./src/lib";
    import { mountAll } from "./src/lib/mount";
    globalThis.bookFigures = { shared: { ${entries.join(", ")}, lib }, figures: {}, mountAll };`;
  return bundled({ stdin: { contents, resolveDir: HERE, loader: "ts" } });
}

function figure(name) {
  const contents = `import figure from "./src/figures/${name}";
    bookFigures.figures[${JSON.stringify(name)}] = figure;
    bookFigures.mountAll(figure);`;
  return bundled({ stdin: { contents, resolveDir: HERE, loader: "tsx" }, plugins: [shared, workers] });
}

/* Writes HTML; in a world of its own, with the same scripts that the pages load. */
async function renderer() {
  const contents = `import render from "preact-render-to-string";
    globalThis.toHtml = (figure) => render(bookFigures.shared.lib.still(figure));`;
  return bundled({ stdin: { contents, resolveDir: HERE, loader: "ts" }, plugins: [shared] });
}

const sources = readdirSync(join(HERE, "src", "figures"), { withFileTypes: true });
const names = sources
  .filter((one) => one.isFile() && one.name.endsWith(".tsx"))
  .map((one) => one.name.replace(".tsx", ""))
  .sort();
const world = vm.createContext({ TextEncoder, TextDecoder, URLSearchParams });
for (const folder of [scripts, pictures]) mkdirSync(folder, { recursive: true });

const baseScript = await base();
writeFileSync(join(scripts, "base.js"), baseScript);
vm.runInContext(baseScript, world);
vm.runInContext(await renderer(), world);
for (const name of names) {
  const script = await figure(name);
  writeFileSync(join(scripts, `${name}.js`), script);
  vm.runInContext(script, world);
  const html = vm.runInContext(`toHtml(bookFigures.figures[${JSON.stringify(name)}])`, world);
  writeFileSync(join(pictures, `${name}.html`), `${html}\n`);
}
for (const [path, entry] of Object.entries(ALONE)) {
  const file = join(target, "book", "_assets", path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await bundled({ entryPoints: [join(HERE, entry)] }));
}
writeFileSync(join(scripts, "notices.txt"), notices());
console.log(`base.js and ${names.length} figures: ${names.join(", ")}`);
