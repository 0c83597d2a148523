import { capture } from './capture';
import { isCapture } from './capture-settings';
import { featureFlags } from './feature-flags';
import { hypercacheServer } from './hypercache-server';
import { livestream } from './livestream';
import { generic, RunningStub, start, Stub } from './stub';
import { web } from './web';
import { Traffic } from '../traffic';
import { IngressModel, Target } from '../../ingress/ingress-model';
import { peerOf } from '../../ingress/request-trace';
import { PostHogProcess } from '../../../lib/internal';

/** The stubs of processes other than capture. Further processes use the generic stub. */
const STUBS: Readonly<Partial<Record<string, Stub>>> = {
  [PostHogProcess.WEB]: web,
  [PostHogProcess.FEATURE_FLAGS]: featureFlags,
  [PostHogProcess.HYPERCACHE_SERVER]: hypercacheServer,
  [PostHogProcess.LIVESTREAM]: livestream,
};

/** The stubs of a template: one for each process of each ingress. */
export class Stubs {
  /** Starts the stub of every process that rules forward to. */
  public static async start(ingresses: readonly IngressModel[], traffic: Traffic): Promise<Stubs> {
    const running = new Map<IngressModel, Map<Target, RunningStub>>();
    for (const ingress of ingresses) {
      const targets = targetsOf(ingress);
      const started = await Promise.all(targets.map((target) => start(stubOf(target), { ...target, peer: peerOf(ingress, target), traffic })));
      running.set(ingress, new Map(targets.map((target, i) => [target, started[i]])));
    }
    return new Stubs(running);
  }

  private constructor(private readonly running: ReadonlyMap<IngressModel, ReadonlyMap<Target, RunningStub>>) {}

  /** Returns the port of the stub of a process. */
  public portOf(ingress: IngressModel, target: Target): number {
    return this.running.get(ingress)!.get(target)!.port;
  }

  /** Stops all stubs. */
  public async close(): Promise<void> {
    await Promise.all([...this.running.values()].flatMap((targets) => [...targets.values()].map((stub) => stub.close())));
  }
}

/** Chooses a stub. A process with a mode of capture in its settings is capture under any name. */
function stubOf({ process, settings }: Target): Stub {
  return isCapture(process, settings) ? capture : (STUBS[process] ?? generic);
}

/** Returns the processes that the rules of an ingress forward to. */
export function targetsOf({ rules, plainRules = [], targets }: IngressModel): Target[] {
  const groups = [...rules, ...plainRules].flatMap(({ actions }) => actions).map(({ targetGroup }) => targetGroup ?? '');
  return [...new Set(groups.map((group) => targets[group]).filter((target) => target !== undefined))];
}
