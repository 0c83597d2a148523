import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Page } from 'playwright-core';
import { ROOT } from '../helpers/app';

const FOLDER = path.join(ROOT, 'docs', 'images');

/** What a picture shows, and what to do so that there is something to see. */
const SUBJECTS = {
  /** The picture of the ingress, with requests in progress. */
  ingress: async (page: Page) => {
    const requests = [
      ['/e/', 'POST'],
      ['/flags/?v=2', 'POST'],
      ['/static/array.js', 'GET'],
      ['/login', 'GET'],
    ];
    await page.evaluate(
      (all) =>
        Promise.all(
          all.map(([url, method]) =>
            fetch(url, { method, body: method === 'POST' ? '{"api_key":"phc_local_preview","distinct_id":"a","event":"seen"}' : undefined }),
          ),
        ),
      requests,
    );
    await page.locator('.node.end.refused.lit').waitFor();
    // The dots are on their way then.
    await page.waitForTimeout(300);
  },
  /** The box in which requests are tried, with a result. */
  try: async (page: Page) =>
    page.locator('#try').evaluate((section) => {
      document.documentElement.style.scrollBehavior = 'auto';
      section.scrollIntoView();
    }),
} as const;

/** At which widths a subject is kept. */
const SIZES: Readonly<Record<keyof typeof SUBJECTS, string[]>> = { ingress: ['screen', 'phone'], try: ['screen'] };

/** Keeps a picture for the documentation, where that is asked for with `UPDATE_SCREENSHOTS=1`. */
export async function keepPicture(page: Page, subject: keyof typeof SUBJECTS, width: string, scheme: string): Promise<void> {
  if (process.env.UPDATE_SCREENSHOTS !== '1' || !SIZES[subject].includes(width)) {
    return;
  }
  mkdirSync(FOLDER, { recursive: true });
  await SUBJECTS[subject](page);
  await page.screenshot({ path: path.join(FOLDER, `preview-${subject}-${width}-${scheme}.png`) });
}
