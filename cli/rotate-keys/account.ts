import { conditionsOf, doStep, nextStep, restart, Rotation, rotationOf } from './rotation';
import { RotationApi, RunningService } from './rotation-api';
import { readAccount } from '../runbook/account';
import { Installation } from '../runbook/installation';
import { keyOf } from '../runbook/shell';
import { StackFile } from '../template/template-file';

export { conditionsOf, doStep, nextStep, restart, rotationOf };
export type { Rotation };

/** The deployed services of an installation, and the APIs that change them. */
export interface RotationAccount {
  readonly api: RotationApi;
  readonly services: readonly RunningService[];
}

/** Reads the deployed services of an installation. */
export async function readServices(installation: Installation, stacks: readonly StackFile[], region: string | undefined): Promise<RotationAccount> {
  const { session, ids } = await readAccount(stacks, region);
  const api = new RotationApi(session);
  const services: RunningService[] = [];
  for (const { service } of installation.services) {
    const arn = ids[keyOf(service)];
    if (arn !== undefined) {
      services.push(await api.service(arn));
    }
  }
  return { api, services };
}
