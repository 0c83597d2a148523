import { PostHogProcess } from '../../lib';
import { PROCESSES } from '../../lib/catalog/processes';
import { STOP_STEPS } from '../../lib/catalog/stop-order';

const ORDER = STOP_STEPS.flatMap(({ processes }, step) => processes.map((process) => [process, step] as const));
const STEP_OF = new Map(ORDER);

test('the stop order has every process once', () => {
  expect(ORDER.map(([process]) => process).sort()).toEqual(Object.values(PostHogProcess).sort());
});

test('no process stops before one that cannot work without it', () => {
  const early = PROCESSES.flatMap(({ process, needs }) =>
    needs.filter((needed) => STEP_OF.get(needed)! < STEP_OF.get(process)!).map((needed) => `${process} needs ${needed}`),
  );
  // They report jobs and metrics to capture, without which they go on.
  expect(early.filter((text) => !text.endsWith(' needs capture'))).toEqual([]);
});
