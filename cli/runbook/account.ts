import { keyOf, PhysicalIds } from './shell';
import { RunbookApi } from './runbook-api';
import { missingCredentials, Session } from '../aws/session';
import { StackFile } from '../template/template-file';

export { missingCredentials };
export { bundleOf } from './diagnostics';

/** An account, and the physical ids of an installation's resources in it. */
export interface Account {
  readonly session: Session;
  readonly api: RunbookApi;
  readonly ids: PhysicalIds;
}

/** Reads the physical ids of the resources of stacks. Nested stacks come after their parents, whose resources they are. */
export async function readAccount(stacks: readonly StackFile[], region: string | undefined): Promise<Account> {
  const session = await Session.in(region);
  const api = new RunbookApi(session);
  const ids: Record<string, string> = {};
  for (const { stack } of [...stacks].sort((a, b) => depth(a.stack) - depth(b.stack))) {
    const name = ids[stack] ?? stack;
    Object.entries(await api.physicalIds(name)).forEach(([id, physical]) => (ids[keyOf({ stack, id })] = physical));
  }
  return { session, api, ids };
}

function depth(stack: string): number {
  return stack.split('/').length;
}
