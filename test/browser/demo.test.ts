import { Browser, Page } from 'playwright-core';
import { openBrowser, openPage, browserUserAgent, WatchedPage } from './chromium';
import { PreviewProcess } from './preview-process';

let preview: PreviewProcess;
let browser: Browser;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  preview = await PreviewProcess.start();
  browser = await openBrowser();
});

afterEach(async () => {
  await page?.context().close();
});

afterAll(async () => {
  await browser?.close();
  await preview?.stop();
});

test("what a client of the sample site does shows up on the preview's page", async () => {
  watched = await openPage(browser, preview.page('demo'), { userAgent: await browserUserAgent(browser) });
  page = watched.page;
  await page.getByText('You see this because the flag preview-on is on').waitFor();
  await page.locator('#recording', { hasText: 'running' }).waitFor();
  await page.getByRole('button', { name: 'Order for €24' }).click();
  await page.getByRole('button', { name: 'Sign in as Ada' }).click();
  await page.locator('#who', { hasText: 'ada' }).waitFor();
  await page.getByRole('button', { name: 'Cause an error' }).click();

  const other = await page.context().newPage();
  await other.goto(preview.page());
  const events = other.getByRole('log', { name: 'Captured events' });
  for (const name of ['$pageview', 'cup ordered', '$identify', '$groupidentify', '$exception']) {
    await events.getByText(name, { exact: true }).first().waitFor();
  }
  expect(watched.complaints).toEqual([]);
  expect(watched.foreignUrls).toEqual([]);
});

test('a sample site without the SDK says what is missing', async () => {
  watched = await openPage(browser, preview.page());
  page = watched.page;
  await page.route('**/static/array.js', (route) => route.fulfill({ status: 404 }));
  await page.goto(preview.page('demo'));
  await page.getByRole('alert').getByText('/static/array.js did not load').waitFor();
});

test('neither page can load from other origins, or run inline scripts', async () => {
  for (const name of ['', 'demo']) {
    watched = await openPage(browser, preview.page(name));
    page = watched.page;
    const refused = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
      const asked = await fetch('https://127.0.0.1:1/').then(
        () => 'asked',
        () => 'not asked',
      );
      return [asked, 'injected' in window];
    });
    expect(refused).toEqual(['not asked', false]);
    expect(watched.complaints.filter((text) => text.includes('Content Security Policy')).length).toBeGreaterThanOrEqual(2);
    await page.context().close();
  }
});
