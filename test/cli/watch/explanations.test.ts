import { readFileSync } from 'node:fs';
import path from 'node:path';
import { explain, KNOWN } from '../../../cli/watch/explanations';
import { ROOT } from '../../helpers/app';

/** Texts of AWS, from the pages that `KNOWN` names (not recorded), and of this package, each with the anchor that explains it. */
const TEXTS: readonly [text: string, page: string][] = [
  [
    "service (web) was unable to place a task. Reason: You've reached the limit on the number of vCPUs you can run concurrently",
    'deploy.md#quotas-of-a-new-account',
  ],
  [
    'service (web) was unable to place a task. Reason: You’ve reached the limit on the number of vCPUs you can run concurrently',
    'deploy.md#quotas-of-a-new-account',
  ],
  [
    'service (web) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.',
    'troubleshooting.md#services-do-not-start',
  ],
  ['You have requested more vCPU capacity than your current vCPU limit of 5 allows', 'deploy.md#quotas-of-a-new-account'],
  ['CannotPullContainerError: inspect image has been retried 5 time(s): httpReadSeeker: 429 Too Many Requests', 'images.md#pull-with-an-account'],
  ['CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref', 'releases.md#copy-images-to-ecr'],
  [
    'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed',
    'troubleshooting.md#services-do-not-start',
  ],
  ['OutOfMemoryError: Container killed due to memory usage', 'scale.md#memory'],
  ['service (web) (task) is unhealthy in (target-group arn) due to (reason Health checks failed)', 'troubleshooting.md#services-do-not-start'],
  [
    'Resource handler returned message: "Error occurred during operation \'ECS Deployment Circuit Breaker was triggered\'."',
    'troubleshooting.md#services-do-not-start',
  ],
  ['WaitCondition timed out. Received 0 conditions when expecting 1', 'upgrades.md#first-deployment'],
  ["WaitCondition received failed message: 'the migration to PostHog 2026 failed: migrate ended with 1'", 'upgrades.md#troubleshooting'],
  ['Failed to receive 1 resource signal(s) within the specified duration', 'instances.md#interruptions'],
  ['Verify that you have permission to create service linked role. Otherwise wait and try again later', 'command-line.md#preflight'],
  ['posthog-kafka already exists in stack arn:...', 'command-line.md#preflight'],
  ["You can't update multiple attributes of the cluster in same request. Use a different request for each update.", 'command-line.md#preflight'],
  ['The maximum number of addresses has been reached. (Service: Ec2, Status Code: 400)', 'deploy.md#quotas-of-a-new-account'],
  ['User: arn:... is not authorized to perform: kafka:CreateCluster', 'troubleshooting.md#before-anything-is-created'],
];

test('each problem is explained by its own page', () => {
  const wrong = TEXTS.filter(([text, page]) => explain(text)?.page !== `docs/${page}`).map(([text]) => [text, explain(text)?.page]);
  expect(wrong).toEqual([]);
});

test('a problem that is not known has no explanation', () => {
  expect(explain('Internal Failure')).toBeUndefined();
});

test('each page and its anchor exist', () => {
  const missing = KNOWN.filter(({ page }) => {
    const [file, anchor] = page.split('#');
    const headings = [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase());
    return !headings.some((heading) => heading.replace(/[^\w -]/g, '').replace(/ /g, '-') === anchor);
  });
  expect(missing.map(({ page }) => page)).toEqual([]);
});
