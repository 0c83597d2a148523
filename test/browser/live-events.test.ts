import { Browser, Page } from 'playwright-core';
import { openBrowser, openPage, WatchedPage } from './chromium';
import { PreviewProcess } from './preview-process';
import { templateOfPostHog } from '../cli/fixtures';

let preview: PreviewProcess;
let browser: Browser;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  preview = await PreviewProcess.start(templateOfPostHog({}, true));
  browser = await openBrowser();
  watched = await openPage(browser, preview.page());
  page = watched.page;
  await page.getByText('live', { exact: true }).waitFor();
});

afterAll(async () => {
  await browser?.close();
  await preview?.stop();
});

afterEach(() => {
  expect(watched.complaints).toEqual([]);
  expect(watched.foreignUrls).toEqual([]);
});

const requests = () => page.getByRole('log', { name: 'Requests' }).getByRole('listitem');

test("a page of the app's own origin reads events as they are sent, through the ingress and without the prefix", async () => {
  const times = await page.evaluate(async () => {
    const send = (event: string) => fetch('/e/', { method: 'POST', body: JSON.stringify({ api_key: 'phc_1', event, distinct_id: 'ada' }) });
    // As the app asks: with a header, which EventSource cannot send.
    const asked = fetch('/livestream/events?eventType=first,second', { headers: { Authorization: 'Bearer any' } });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const sent = [Date.now()];
    await send('first');
    const reader = (await asked).body!.pipeThrough(new TextDecoderStream()).getReader();
    const seen = [{ text: (await reader.read()).value, at: Date.now() }];
    await new Promise((resolve) => setTimeout(resolve, 500));
    sent.push(Date.now());
    await send('second');
    seen.push({ text: (await reader.read()).value, at: Date.now() });
    await reader.cancel();
    return seen.map(({ text, at }, i) => ({
      event: /"event":"(\w+)"/.exec(text ?? '')?.[1],
      wait: at - sent[i],
      beforeNext: i === 1 || at < sent[1],
    }));
  });
  expect(times.map(({ event }) => event)).toEqual(['first', 'second']);
  expect(times.every(({ wait, beforeNext }) => wait >= 0 && beforeNext)).toBe(true);
  await requests().filter({ hasText: '/livestream/events' }).waitFor();
  expect(await requests().filter({ hasText: '/livestream/events' }).innerText()).toMatch(
    /GET \/livestream\/events\?eventType=first,second\s+200 livestream\s[^]* · rule 900 \(LiveEvents\) · from 127\.0\.0\.1 · as \u200b?\/\u200b?events/,
  );
});

test('the try box says which path the process got', async () => {
  await page.getByRole('button', { name: 'live counts' }).click();
  const result = page.locator('#result');
  await result.getByRole('heading', { name: 'Request that livestream receives' }).waitFor();
  const text = (await result.innerText()).replaceAll('\u200b', '');
  expect(text).toContain('rule 900 (LiveEvents)');
  expect(text).toContain('GET /stats, received from 10.0.0.4, with these headers:');
  expect(text).toContain('"users_on_product":1');
});

test('the picture has its lane, and the table of endpoints says as what paths arrive', async () => {
  expect(await page.getByRole('img', { name: 'Ingress' }).locator('desc').textContent()).toContain('900 LiveEvents lead to livestream');
  const row = page.locator('#endpoint-rows tr').filter({ hasText: '/livestream' });
  expect((await row.innerText()).replaceAll('\u200b', '')).toMatch(/public\s+livestream\s*as \/events, \/notifications, \/stats/);
});
