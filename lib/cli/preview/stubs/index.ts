import { capture, replayCapture } from './capture';
import { featureFlags } from './feature-flags';
import { generic } from './generic';
import { hypercacheServer } from './hypercache-server';
import { livestream } from './livestream';
import { RunningStub, Stub, start } from './stub';
import { web } from './web';
import { Traffic } from '../traffic';
import { Door, Target } from '../../door';
import { peerOf } from '../../passage';
import { PostHogProcess } from '../../../catalog/posthog-process';

/** Who answers in the place of which process; the others get one that says what it got. */
const STUBS: Readonly<Partial<Record<string, Stub>>> = {
  [PostHogProcess.WEB]: web,
  [PostHogProcess.CAPTURE]: capture,
  [PostHogProcess.CAPTURE_AI]: capture,
  [PostHogProcess.REPLAY_CAPTURE]: replayCapture,
  [PostHogProcess.FEATURE_FLAGS]: featureFlags,
  [PostHogProcess.HYPERCACHE_SERVER]: hypercacheServer,
  [PostHogProcess.LIVESTREAM]: livestream,
};

/** The stubs of a template, one for each process behind each of its ways in. */
export class Stubs {
  /** Starts every stub that some rule leads to. */
  public static async start(doors: readonly Door[], traffic: Traffic): Promise<Stubs> {
    const running = new Map<Door, Map<Target, RunningStub>>();
    for (const door of doors) {
      const targets = targetsOf(door);
      const started = await Promise.all(targets.map((target) => start(STUBS[target.process] ?? generic, { ...target, peer: peerOf(door, target), traffic })));
      running.set(door, new Map(targets.map((target, i) => [target, started[i]])));
    }
    return new Stubs(running);
  }

  private constructor(private readonly running: ReadonlyMap<Door, ReadonlyMap<Target, RunningStub>>) {}

  /** Where the stub for a process listens. */
  public portOf(door: Door, target: Target): number {
    return this.running.get(door)!.get(target)!.port;
  }

  /** Ends them all. */
  public async close(): Promise<void> {
    await Promise.all([...this.running.values()].flatMap((targets) => [...targets.values()].map((stub) => stub.close())));
  }
}

/** The processes that the rules of a door lead to. */
export function targetsOf({ rules, plainRules = [], targets }: Door): Target[] {
  const groups = [...rules, ...plainRules].flatMap(({ actions }) => actions).map(({ targetGroup }) => targetGroup ?? '');
  return [...new Set(groups.map((group) => targets[group]).filter((target) => target !== undefined))];
}
