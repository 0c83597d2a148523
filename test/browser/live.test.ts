import { Browser, Page } from 'playwright-core';
import { openBrowser, openPage, WatchedPage } from './chromium';
import { PreviewProcess } from './preview-process';

let preview: PreviewProcess;
let browser: Browser;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
});

beforeEach(async () => {
  preview = await PreviewProcess.start();
  watched = await openPage(browser, preview.page());
  page = watched.page;
  await page.getByText('live', { exact: true }).waitFor();
});

afterEach(async () => {
  await page?.context().close();
  await preview?.stop();
});

afterAll(async () => {
  await browser?.close();
});

const requests = () => page.getByRole('log', { name: 'Requests' }).getByRole('listitem');
const events = () => page.getByRole('log', { name: 'Captured events' }).getByRole('listitem');
const end = (lane: string) => page.locator(`.node.end[data-lane="${lane}"]`);

test('an event that is sent lights its way, and shows up as a request and as an event', async () => {
  await page.getByRole('button', { name: 'Send an event' }).click();
  await page.locator('.node.end.lit').waitFor();
  expect(
    await page
      .locator('.lit[data-rule], .lit[data-lane]')
      .evaluateAll((lit) => lit.map((part) => part.getAttribute('data-rule') ?? part.getAttribute('data-lane'))),
  ).toEqual(['process:capture', 'rule 100 (Events)', 'process:capture']);
  expect(await end('process:capture').textContent()).toContain('1 request');
  expect(await requests().first().innerText()).toMatch(/POST \/i\/v0\/e\/\s+200 capture/);
  expect(await events().first().innerText()).toMatch(/button pressed\s+capture\s+by the-preview-page · from 127\.0\.0\.1/);
  await page.locator('.lit').first().waitFor({ state: 'detached' });
  expect(watched.complaints).toEqual([]);
  expect(watched.foreignUrls).toEqual([]);
});

test('a request that is refused lights the refusal, and no process', async () => {
  await page.getByRole('button', { name: 'the app as a public client' }).click();
  await page.locator('.node.end.refused.lit').waitFor();
  expect(await page.locator('.node.end.lit').count()).toBe(1);
  expect(await page.locator('.stop.lit').getAttribute('data-rule')).toBe('the default rule');
  expect(await requests().first().innerText()).toMatch(/403 refused\s+.* · the default rule · from 192\.0\.2\.1/);
});

test('a pause holds the lists still, and its end brings what came meanwhile', async () => {
  const pause = page.getByRole('button', { name: 'Pause' });
  await pause.click();
  expect(await pause.getAttribute('aria-pressed')).toBe('true');
  await page.getByRole('button', { name: 'Send an event' }).click();
  await page.locator('.node.end.lit').waitFor();
  expect([await requests().count(), await events().count()]).toEqual([0, 0]);
  await pause.click();
  expect([await requests().count(), await events().count()]).toEqual([1, 1]);
});

test('a page that is opened later begins with what has passed', async () => {
  await page.getByRole('button', { name: 'Send an event' }).click();
  await requests().first().waitFor();
  await page.reload();
  await events().first().waitFor();
  expect([await requests().count(), await events().count()]).toEqual([1, 1]);
  expect(await end('process:capture').textContent()).toContain('1 request');
  expect(await page.locator('.lit').count()).toBe(0);
});

test('without movement where that is asked for', async () => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'Send an event' }).click();
  await page.locator('.node.end.lit').waitFor();
  expect(await page.locator('.dot').count()).toBe(0);
});

test('a preview that has ended is said to have ended', async () => {
  await preview.stop();
  await page.getByText('no connection to the preview; retrying').waitFor();
});

test('with the keyboard alone: past the header, a sample tried, an event sent, a list reached', async () => {
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  await tabTo('a spoofed client IP');
  await page.keyboard.press('Enter');
  await page.getByText('not the connecting IP').waitFor();
  await tabTo('Send an event');
  await page.keyboard.press('Space');
  await events().nth(1).waitFor();
  await tabTo('Requests');
  await tabTo('Find');
  await page.keyboard.type('/s/');
  await page.getByText(/^\d+ of \d+ rows$/).waitFor();
});

/** Goes on with Tab to what has this name. Every element on the way shows that it has the focus. */
async function tabTo(name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)).toBe('solid');
    if ((await focused()) === name) {
      return;
    }
  }
  throw new Error(`Tab does not lead to ${name}`);
}

function focused(): Promise<string> {
  return page.evaluate(() => {
    const { activeElement } = document;
    const labelledBy = activeElement?.getAttribute('aria-labelledby');
    const label = labelledBy ? document.getElementById(labelledBy) : (activeElement as HTMLInputElement).labels?.[0];
    return (label ?? activeElement)?.textContent?.trim() ?? '';
  });
}
