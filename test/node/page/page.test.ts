import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeJsonExact } from '../../../src/base/json.ts';
import { type PageParts, pageSnapshot } from '../../../src/node/page/pageSnapshot.ts';
import { createStatusSite } from '../../../src/node/page/statusSite.ts';
import { type RpcServer, startRpcServer } from '../../../src/node/rpc/rpcServer.ts';
import { launchChromium, lacksChromium } from '../../support/chromium.ts';
import { BAD_L1_BLOCK, derivingPage } from '../../support/derivingPage.ts';

describe.skipIf(lacksChromium())('the status page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  test('behavior: the safe head advances, and a drop is shown with its reason', async () => {
    await using opened = await openPage(browser, derivingPage());
    const { page, deriving } = opened;
    await hasText(page, '#connection', 'live');
    await hasText(page, '#head-safe .height', '0');
    await hasText(page, '#head-unsafe .height', '8');
    expect(await page.title()).toBe('chain 901 · headwater');
    expect(await page.locator('#no-drops').isVisible()).toBe(true);

    for (let i = 0; i < 3; i++) deriving.readL1Block();
    await hasText(page, '#head-safe .height', '4');
    await hasText(page, '#head-l1Current .height', '103');
    const row = page.locator('#blocks tr', { hasText: 'span' }).first();
    expect(await row.locator('td').allTextContents()).toEqual([
      '4',
      expect.stringMatching(/^0x[0-9a-f]{6}…[0-9a-f]{4}$/),
      expect.stringMatching(/ d .* h$/),
      '2',
      '21,000',
      '101 +1',
      'span',
    ]);

    readUpTo(deriving, BAD_L1_BLOCK + 1n);
    await hasText(page, '#drops tr:nth-child(2) td:first-child', 'parentHashMismatch');
    await hasText(page, '#drops tr:nth-child(2) td:nth-child(3)', String(BAD_L1_BLOCK));
    const message = await page.locator('#drops tr:nth-child(2) td:last-child').textContent();
    expect(message).toMatch(/^Batch 0 is dropped: /);
    expect(await page.locator('#no-drops').isVisible()).toBe(false);

    readUpTo(deriving, 106n);
    await hasText(page, '#channels td:nth-child(5)', '1 of 50');
    readUpTo(deriving, 107n);
    await hasText(page, '#head-safe .height', '8');
    expect(await page.locator('#channels-panel').isVisible()).toBe(false);
    expect(opened.complaints).toEqual([]);
  });

  test('behavior: tells that the node is gone, and comes back with it', async () => {
    await using opened = await openPage(browser, derivingPage());
    const { page, deriving } = opened;
    await hasText(page, '#connection', 'live');
    await opened.stopServer();
    await hasText(page, '#connection', 'disconnected, retrying');
    for (let i = 0; i < 3; i++) deriving.readL1Block();
    await opened.startServer();
    await hasText(page, '#connection', 'live');
    await hasText(page, '#head-safe .height', '4');
  });

  test('behavior: texts of others stay texts', async () => {
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const why = { ...derivingPage().parts().why, summary: hostile };
    await using opened = await openPage(browser, derivingPage(), { why });
    await hasText(opened.page, '#summary', hostile);
    expect(await opened.page.title()).toBe('chain 901 · headwater');
  });

  test('behavior: charts are drawn from what happened before', async () => {
    const deriving = derivingPage();
    for (let i = 0; i < 60; i++) {
      const atMs = 1_700_000_000_000 + 1000 * i;
      deriving.record.addSample({
        atMs,
        unsafe: 2 * i,
        safe: i,
        l1: i,
        l1Head: 60,
        l1Calls: 3 * i,
      });
    }
    await using opened = await openPage(browser, deriving);
    await opened.page.locator('#chart-heads canvas').waitFor();
    await opened.page.locator('#chart-calls canvas').waitFor();
    await expect.poll(() => isDrawn(opened.page, '#chart-heads canvas')).toBe(true);
    await expect.poll(() => isDrawn(opened.page, '#chart-calls canvas')).toBe(true);
    expect(opened.complaints).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('behavior: one column on a phone, %s', async (scheme) => {
    const viewport = { width: 360, height: 740 };
    const options = { viewport, colorScheme: scheme };
    await using opened = await openPage(browser, derivingPage(), {}, options);
    const { page } = opened;
    await hasText(page, '#connection', 'live');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    const [first, second] = await Promise.all(
      ['#head-unsafe', '#head-safe'].map((id) => page.locator(id).boundingBox()),
    );
    expect(first?.x).toBe(second?.x);
    const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    const [red = 0] = String(ground).match(/\d+/g)?.map(Number) ?? [];
    expect(red > 128).toBe(scheme === 'light');
  });
});

type Opened = AsyncDisposable & {
  readonly page: Page;
  readonly deriving: ReturnType<typeof derivingPage>;
  /** Errors of scripts, refusals of the policy, and requests to anywhere else. */
  readonly complaints: readonly string[];
  readonly stopServer: () => Promise<void>;
  /** Where it was before. */
  readonly startServer: () => Promise<void>;
};

/** The page of a derivation in a window of its own. */
async function openPage(
  browser: Browser,
  deriving: ReturnType<typeof derivingPage>,
  changes: Partial<PageParts> = {},
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const snapshot = (): string => encodeJsonExact(pageSnapshot(deriving.parts(changes)));
  const history = (): string => encodeJsonExact(deriving.record.samples());
  let port = 0;
  const start = async (): Promise<RpcServer> => {
    const site = createStatusSite({ history, snapshot, text: () => '' }, { everyMs: 20 });
    const server = await startRpcServer({
      host: '127.0.0.1',
      port,
      methods: {},
      pages: {},
      watch: () => {},
      site: site.answer,
    });
    port = Number(server.url.port);
    const stop = async (): Promise<void> => {
      site.close();
      await server.stop();
    };
    return { url: server.url, stop };
  };
  let server = await start();
  const { origin } = server.url;
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) complaints.push(request.url());
  });
  await page.goto(origin);
  return {
    page,
    deriving,
    complaints,
    stopServer: () => server.stop(),
    startServer: async () => {
      server = await start();
    },
    [Symbol.asyncDispose]: async () => {
      await context.close();
      await server.stop();
    },
  };
}

function readUpTo(deriving: ReturnType<typeof derivingPage>, l1Number: bigint): void {
  const { length } = deriving.l1;
  for (let i = 0; i < length && deriving.parts().l1.current?.number !== l1Number; i++) {
    deriving.readL1Block();
  }
}

/** Waits until an element of a selector shows exactly `text`. */
async function hasText(page: Page, selector: string, text: string): Promise<void> {
  const exactly = new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
  const shown = page.locator(selector).filter({ hasText: exactly });
  await shown.first().waitFor({ timeout: 15_000 });
}

/** Whether anything is on a canvas. */
function isDrawn(page: Page, selector: string): Promise<boolean> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector(${JSON.stringify(selector)});
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value) => value > 0);
  })()`);
}
