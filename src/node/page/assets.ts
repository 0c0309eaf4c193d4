import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A file of the page, ready to be sent. */
export type Asset = { readonly contentType: string; readonly body: Buffer };

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

type Place = { readonly contentType: string; readonly file: () => string };

const packages = createRequire(import.meta.url);

/** Own files lie beside this one, in the sources and in the build; the charts' in their package. */
const PLACES: { readonly [path: string]: Place } = {
  '/': { contentType: HTML, file: own(new URL('./assets/index.html', import.meta.url)) },
  '/page/page.css': { contentType: CSS, file: own(new URL('./assets/page.css', import.meta.url)) },
  '/page/page.js': { contentType: SCRIPT, file: own(new URL('./assets/page.js', import.meta.url)) },
  '/page/charts.js': {
    contentType: SCRIPT,
    file: own(new URL('./assets/charts.js', import.meta.url)),
  },
  '/page/uplot.js': {
    contentType: SCRIPT,
    file: () => packages.resolve('uplot/dist/uPlot.esm.js'),
  },
  '/page/uplot.css': {
    contentType: CSS,
    file: () => packages.resolve('uplot/dist/uPlot.min.css'),
  },
};

const loaded = new Map<string, Asset>();

/** The file that a path names, or undefined. Each is read from disk once. */
export function pageAsset(path: string): Asset | undefined {
  const known = loaded.get(path);
  if (known !== undefined || !Object.hasOwn(PLACES, path)) return known;
  const { contentType, file } = PLACES[path] as Place;
  const asset = { contentType, body: readFileSync(file()) };
  loaded.set(path, asset);
  return asset;
}

function own(url: URL): () => string {
  return () => fileURLToPath(url);
}
