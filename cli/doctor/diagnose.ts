import { describeDeployment } from './deployment/describe-deployment';
import { Aws } from './deployment/aws';
import { CheckOptions } from './check';
import { Named } from './deployment/find-load-balancer';
import { Diagnosis, runDoctor } from './run-checks';

/**
 * Describes a deployment and runs every check.
 *
 * @param named the load balancer or its stack
 * @param options the options of the checks
 * @param region the region; default: that of the environment or the profile
 * @param begin called once the region is known, before the first request
 */
export async function diagnose(named: Named, options: CheckOptions, region: string | undefined, begin: (region: string) => void): Promise<Diagnosis> {
  const aws = await Aws.in(region);
  begin(aws.region);
  return runDoctor(await describeDeployment(aws, named), options);
}
