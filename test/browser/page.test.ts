import { Browser, Page } from 'playwright-core';
import { openBrowser, openPage, WatchedPage } from './chromium';
import { PreviewProcess } from './preview-process';
import { conditionText } from '../../cli/explain/explain';
import { trace, ruleName } from '../../cli/ingress/request-trace';
import { routesOf } from '../../cli/routes/routes';
import { PUBLIC_CLIENT } from '../../cli/ingress/probes';
import { Header } from '../../cli/alb/headers';

let preview: PreviewProcess;
let browser: Browser;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  preview = await PreviewProcess.start();
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await preview?.stop();
});

beforeEach(async () => {
  watched = await openPage(browser, preview.page());
  page = watched.page;
  await page.getByText('live', { exact: true }).waitFor();
});

afterEach(async () => {
  await page.context().close();
  expect(watched.complaints).toEqual([]);
  expect(watched.foreignUrls).toEqual([]);
});

/** The texts of the cells of a table's body, row by row. */
function cells(selector: string): Promise<string[][]> {
  return page
    .locator(`${selector} tr`)
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.replaceAll('\u200b', '').trim())));
}

test('the page names the host, and where the rules come from', async () => {
  await page.getByRole('heading', { level: 1, name: 'Ingress of posthog.example.com' }).waitFor();
  expect(await page.title()).toContain('posthog.example.com');
  const facts = await page.locator('#facts').innerText();
  [preview.ingress.source, preview.url, 'open to allowed networks', preview.ingress.loadBalancerAddress!].forEach((fact) =>
    expect(facts).toContain(fact),
  );
});

test('the picture has every rule and every process, and says so in words', async () => {
  const picture = page.getByRole('img', { name: 'Ingress' });
  const drawn = await picture.locator('text').allTextContents();
  const words = await picture.locator('desc').textContent();
  const processes = Object.values(preview.ingress.targets).map(({ process }) => process);
  expect(processes).toContain('hypercache-server');
  for (const process of processes) {
    expect(drawn).toContain(process);
    expect(words).toContain(`lead to ${process}`);
  }
  expect(await picture.locator('.stop').count()).toBe(preview.ingress.rules.length + 1);
});

test("the list of rules is the template's, in the order in which requests meet them", async () => {
  await page.getByText('All rules, in order').click();
  const expected = [...preview.ingress.rules].sort((a, b) => (a.priority ?? Infinity) - (b.priority ?? Infinity));
  const shown = await cells('#rules');
  expect(shown.map(([name]) => name)).toEqual(expected.map(ruleName));
  expect(shown.map(([, conditions]) => conditions)).toEqual(
    expected.map(({ conditions }) => conditions.map(conditionText).join('\n') || 'no other rule matches'),
  );
});

test('the endpoint table is what the command `routes` prints', async () => {
  const expected = routesOf(preview.ingress, preview.ingress.hosts[0]).map((route) => [
    route.paths.replaceAll(', ', '\n'),
    route.purpose.replaceAll('`', ''),
    route.rule,
    [
      `${route.public ? 'public' : 'closed'} ${route.answer}`,
      ...(route.public && route.answer !== route.owner ? [`belongs to ${route.owner}`] : []),
      ...(route.forwardedPath === undefined ? [] : [`as ${route.forwardedPath}`]),
    ].join('\n'),
  ]);
  expect(expected.length).toBeGreaterThan(50);
  expect(await cells('#endpoint-rows')).toEqual(expected);
});

test('the endpoint table can be searched, and narrowed to what is closed', async () => {
  await page.getByLabel('Find').fill('/flags');
  await page.getByText(/^\d+ of \d+ rows$/).waitFor();
  expect(await page.locator('#endpoint-rows tr:visible').first().innerText()).toContain('/flags/*');
  await page.getByLabel('Find').fill('');
  await page.getByLabel('Show').selectOption('closed');
  const left = await page.locator('#endpoint-rows tr:visible').allInnerTexts();
  expect(left.length).toBe(routesOf(preview.ingress, preview.ingress.hosts[0]).filter((route) => !route.public).length);
  expect(left.every((row) => row.includes('closed'))).toBe(true);
});

interface Sample {
  readonly method: string;
  readonly target: string;
  readonly from?: string;
  readonly headers?: readonly Header[];
}

const SAMPLES: Sample[] = [
  { method: 'POST', target: '/e/', headers: [['X-Forwarded-For', '203.0.113.66']] },
  { method: 'POST', target: '/flags/?v=2', from: '198.51.100.7' },
  { method: 'GET', target: '/insights', from: '203.0.113.9' },
  { method: 'GET', target: '/insights' },
  { method: 'GET', target: '/static/../login' },
  { method: 'GET', target: '/api/internal/status', from: '203.0.113.9' },
];

test.each(SAMPLES.map((sample) => [`${sample.method} ${sample.target} from ${sample.from ?? 'a public client'}`, sample] as const))(
  'the try box says of %s what `explain` says',
  async (_, { method, target, from, headers = [] }) => {
    await page.getByLabel('Method').selectOption(method);
    await page.getByLabel('URL or path').fill(target);
    await page.getByLabel('Client IP').fill(from ?? '');
    await page.getByLabel('Headers, one a line').fill(headers.map((header) => header.join(': ')).join('\n'));
    await page.getByRole('button', { name: 'Try it' }).click();
    const result = page.locator('#result');
    await result.getByRole('heading', { name: 'Rule', exact: true }).waitFor();

    const { rule, outcome } = trace(preview.ingress, {
      scheme: 'https',
      method,
      host: preview.ingress.hosts[0],
      target,
      sourceIp: from ?? PUBLIC_CLIENT,
      headers,
    });
    const shown = await result.innerText();
    expect(shown).toContain(ruleName(rule!));
    rule!.conditions.map(conditionText).forEach((condition) => expect(shown).toContain(condition));
    if (outcome.kind !== 'forwarded') {
      expect(shown).toContain('Fixed response of the load balancer: 403.');
      return;
    }
    expect(shown).toContain(`Forwarded to ${outcome.target.process}.`);
    const rows = await cells('#result .headers tbody');
    expect(rows.map(([name, value]) => [name.split('\n')[0], value])).toEqual(outcome.headers.map((header) => [...header]));
    for (const { reader, address, reason } of outcome.clientIps) {
      const mark = address === undefined ? 'none' : address === (from ?? PUBLIC_CLIENT) ? 'the connecting IP' : 'not the connecting IP';
      const clientIp = await result.locator(`dt:text-is("${reader}") + dd`).innerText();
      [address ?? 'no address', mark, reason].forEach((text) => expect(clientIp).toContain(text));
    }
  },
);

test('the try box says what is wrong with what was written into it', async () => {
  await page.getByLabel('Client IP').fill('nowhere');
  await page.getByLabel('Headers, one a line').fill('no colon');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('got: no colon').waitFor();
  await page.getByLabel('Headers, one a line').fill('');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('must be an IP address').waitFor();
  // The browser itself logs the preview's 400.
  expect(watched.complaints.splice(0)).toEqual([expect.stringContaining('400')]);
});

test('what clients send is shown as text, never as markup', async () => {
  await page.getByLabel('URL or path').fill('/e/?<img src=x onerror=alert(1)>');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.locator('#result').getByText('<img src=x').waitFor();
  expect(await page.locator('#result img, #requests img').count()).toBe(0);
});
