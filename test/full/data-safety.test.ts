import { testDataSafety, testUpdates } from '../contract/data-safety-cases';
import { POSTHOG } from '../contract/data-safety-posthog';

describe('PostHog', () => {
  testDataSafety(POSTHOG);
  testUpdates(POSTHOG);
});
