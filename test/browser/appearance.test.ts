import AxeBuilder from '@axe-core/playwright';
import { Browser, Page } from 'playwright-core';
import { openBrowser, openPage, WatchedPage } from './chromium';
import { PreviewProcess } from './preview-process';
import { keepPicture } from './screenshots';

const WIDTHS = { phone: { width: 390, height: 844 }, smallest: { width: 360, height: 640 }, screen: { width: 1280, height: 800 } };
const SCHEMES = ['light', 'dark'] as const;
const CASES = SCHEMES.flatMap((scheme) => (['phone', 'screen'] as const).map((width) => [width, scheme] as const));

let preview: PreviewProcess;
let browser: Browser;
let watched: WatchedPage | undefined;

beforeAll(async () => {
  preview = await PreviewProcess.start();
  browser = await openBrowser();
});

afterEach(async () => {
  await watched?.page.context().close();
});

afterAll(async () => {
  await browser?.close();
  await preview?.stop();
});

async function open(name: string, width: keyof typeof WIDTHS, colorScheme: 'light' | 'dark') {
  watched = await openPage(browser, preview.page(name), { viewport: WIDTHS[width], colorScheme });
  await watched.page
    .locator(name === '' ? '#endpoint-rows tr' : '#version:text("1.")')
    .first()
    .waitFor();
  return watched.page;
}

/** What an accessibility scan finds, and how far the page is wider than its window. */
async function findings({ page }: WatchedPage): Promise<{ violations: string[]; tooWide: number }> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return {
    violations: violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`)),
    tooWide: await tooWide(page),
  };
}

function tooWide(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** The texts of the picture that leave the box around them. */
function textsOutside(page: Page): Promise<(string | null)[]> {
  return page.locator('.picture g').evaluateAll((groups) =>
    groups.flatMap((group) => {
      const box = group.querySelector(':scope > rect')?.getBoundingClientRect();
      if (!box) {
        return [];
      }
      const outside = ({ left, right, top, bottom }: DOMRect) => left < box.left + 2 || right > box.right - 2 || top < box.top || bottom > box.bottom;
      return [...group.querySelectorAll('text')].filter((text) => outside(text.getBoundingClientRect())).map(({ textContent }) => textContent);
    }),
  );
}

describe.each(CASES)('on a %s, %s', (width, scheme) => {
  test('the page, with a request tried and events arrived, is accessible and fits', async () => {
    const page = await open('', width, scheme);
    await page.getByText('All rules, in order').click();
    await page.getByRole('button', { name: 'the app as a public client' }).click();
    await page.getByText('Fixed response of the load balancer').waitFor();
    await page.getByRole('button', { name: 'a spoofed client IP' }).click();
    await page.getByText('not the connecting IP').waitFor();
    await page.getByRole('button', { name: 'Send an event' }).click();
    await page.getByText('button pressed').first().waitFor();
    await page.getByText('properties', { exact: true }).first().click();
    // Rows of each kind: public, closed, answered by another process. The others look the same, and take long to scan.
    await page.getByLabel('Find').fill('/i/');
    expect(await findings(watched!)).toEqual({ violations: [], tooWide: 0 });
    await keepPicture(page, 'try', width, scheme);
  });

  test('the sample site, with its flag on and an order placed, is accessible and fits', async () => {
    const page = await open('demo', width, scheme);
    await page.getByText('You see this because').waitFor();
    await page.getByRole('button', { name: 'Order for €18' }).click();
    await page.getByText('Sent: cup ordered').waitFor();
    expect(await findings(watched!)).toEqual({ violations: [], tooWide: 0 });
  });

  test('text does not run out of the boxes of the picture', async () => {
    const page = await open('', width, scheme);
    expect(await page.locator('.picture text').count()).toBeGreaterThan(20);
    expect(await textsOutside(page)).toEqual([]);
    await keepPicture(page, 'ingress', width, scheme);
  });
});

test.each(['', 'demo'])('even the smallest phone shows the whole width of the page %s', async (name) => {
  const page = await open(name, 'smallest', 'light');
  expect(await tooWide(page)).toBe(0);
  expect(await textsOutside(page)).toEqual([]);
});
