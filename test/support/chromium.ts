import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where browsers of this family lie; `HEADWATER_CHROMIUM` names another place. */
const PLACES = [
  process.env['HEADWATER_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

const found = PLACES.find((path) => path !== undefined && existsSync(path));

/** Whether no browser is installed, for `describe.skipIf`. Prints why. */
export function lacksChromium(): boolean {
  if (found === undefined) {
    console.warn('skipped: no Chromium (`apt-get install chromium`, or set HEADWATER_CHROMIUM)');
  }
  return found === undefined;
}

/** Starts the installed browser. Nothing is downloaded. */
export function launchChromium(): Promise<Browser> {
  if (found === undefined) throw new Error('expected an installed Chromium, found none');
  // Its sandbox does not work for root and in most containers; only our own page is opened.
  return chromium.launch({ executablePath: found, args: ['--no-sandbox'] });
}
