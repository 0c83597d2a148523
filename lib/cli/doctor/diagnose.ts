import { askDeployment } from './ask';
import { Aws } from './aws';
import { Intention } from './case';
import { Named } from './find-load-balancer';
import { Diagnosis, judge } from './judge';

/**
 * Asks AWS about a deployment, and judges the answers.
 *
 * @param named which load balancer
 * @param intention what is meant
 * @param region where; left out: where the environment or the profile says
 * @param begin called once the region is known, before anything is asked
 */
export async function diagnose(named: Named, intention: Intention, region: string | undefined, begin: (region: string) => void): Promise<Diagnosis> {
  const aws = await Aws.in(region);
  begin(aws.region);
  return judge(await askDeployment(aws, named), intention);
}
