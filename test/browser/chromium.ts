import { Browser, BrowserContextOptions, chromium, Page } from 'playwright-core';

/** A page, and what went wrong on it. */
export interface WatchedPage {
  readonly page: Page;
  /** What the browser complains about: errors in scripts, refused by the content security policy, failed requests. */
  readonly complaints: string[];
  /** Requests to anywhere but the preview. */
  readonly foreignUrls: string[];
}

/** Starts the Chromium of this machine. It calls nobody by itself, and finds no host but this machine. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-quic',
      // The certificate was made just now. Said to a page alone, this ends with the page, and what it sends as it goes is lost.
      '--ignore-certificate-errors',
      // posthog-js takes a browser that says that a program drives it for a bot, and drops its events.
      '--disable-blink-features=AutomationControlled',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ],
  });
}

/** What this browser calls itself, without the word that makes a bot of it. */
export async function browserUserAgent(browser: Browser): Promise<string> {
  const page = await browser.newPage();
  const name = await page.evaluate(() => navigator.userAgent);
  await page.close();
  return name.replace('Headless', '');
}

/** Opens a page of its own, with nothing remembered from others. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const foreignUrls: string[] = [];
  const { origin } = new URL(url);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  context.on('request', (request) => {
    if (!['data:', 'blob:'].includes(new URL(request.url()).protocol) && new URL(request.url()).origin !== origin) {
      foreignUrls.push(request.url());
    }
  });
  await page.goto(url);
  return { page, complaints, foreignUrls };
}
