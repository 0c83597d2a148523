import { describeDeployment } from './describe-deployment';
import { Aws } from './aws';
import { CheckOptions } from './check-context';
import { Named } from './find-load-balancer';
import { Diagnosis, runDoctor } from './run-checks';

/**
 * Asks AWS about a deployment, and judges the answers.
 *
 * @param named which load balancer
 * @param intention what is meant
 * @param region where; left out: where the environment or the profile says
 * @param begin called once the region is known, before anything is asked
 */
export async function diagnose(named: Named, intention: CheckOptions, region: string | undefined, begin: (region: string) => void): Promise<Diagnosis> {
  const aws = await Aws.in(region);
  begin(aws.region);
  return runDoctor(await describeDeployment(aws, named), intention);
}
