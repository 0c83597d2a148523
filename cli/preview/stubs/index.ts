import { capture } from './capture';
import { isCapture } from './capture-settings';
import { featureFlags } from './feature-flags';
import { generic } from './generic';
import { hypercacheServer } from './hypercache-server';
import { livestream } from './livestream';
import { RunningStub, Stub, start } from './stub';
import { web } from './web';
import { Traffic } from '../traffic';
import { IngressModel, Target } from '../../ingress-model';
import { peerOf } from '../../request-trace';
import { PostHogProcess } from '../../../lib/internal';

/** The stubs of processes besides those of capture; the others get one that says what it received. */
const STUBS: Readonly<Partial<Record<string, Stub>>> = {
  [PostHogProcess.WEB]: web,
  [PostHogProcess.FEATURE_FLAGS]: featureFlags,
  [PostHogProcess.HYPERCACHE_SERVER]: hypercacheServer,
  [PostHogProcess.LIVESTREAM]: livestream,
};

/** The stubs of a template, one for each process behind each of its ways in. */
export class Stubs {
  /** Starts every stub that some rule leads to. */
  public static async start(doors: readonly IngressModel[], traffic: Traffic): Promise<Stubs> {
    const running = new Map<IngressModel, Map<Target, RunningStub>>();
    for (const door of doors) {
      const targets = targetsOf(door);
      const started = await Promise.all(targets.map((target) => start(stubOf(target), { ...target, peer: peerOf(door, target), traffic })));
      running.set(door, new Map(targets.map((target, i) => [target, started[i]])));
    }
    return new Stubs(running);
  }

  private constructor(private readonly running: ReadonlyMap<IngressModel, ReadonlyMap<Target, RunningStub>>) {}

  /** Where the stub for a process listens. */
  public portOf(door: IngressModel, target: Target): number {
    return this.running.get(door)!.get(target)!.port;
  }

  /** Ends them all. */
  public async close(): Promise<void> {
    await Promise.all([...this.running.values()].flatMap((targets) => [...targets.values()].map((stub) => stub.close())));
  }
}

/** Which stub answers is for the settings to say where they do: a process in a mode of capture is one of capture under every name. */
function stubOf({ process, settings }: Target): Stub {
  return isCapture(process, settings) ? capture : STUBS[process] ?? generic;
}

/** The processes that the rules of a door lead to. */
export function targetsOf({ rules, plainRules = [], targets }: IngressModel): Target[] {
  const groups = [...rules, ...plainRules].flatMap(({ actions }) => actions).map(({ targetGroup }) => targetGroup ?? '');
  return [...new Set(groups.map((group) => targets[group]).filter((target) => target !== undefined))];
}
