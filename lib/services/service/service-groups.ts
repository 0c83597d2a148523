import { IVpc, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { ProcessDefinition } from '../process-definition';

/** The security groups of processes: one for each, or one for several that call the same processes. */
export class ServiceGroups extends Construct {
  private readonly groups = new Map<string, SecurityGroup>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly vpc: IVpc,
  ) {
    super(scope, id);
  }

  /** Returns the security group of a process. */
  public of({ id, process, sharedGroup }: ProcessDefinition): SecurityGroup {
    const name = sharedGroup ?? id;
    const component = sharedGroup ? kebabCase(sharedGroup) : process;
    const group = this.groups.get(name) ?? new SecurityGroup(this, name, { vpc: this.vpc, description: `PostHog ${component}: tasks` });
    this.groups.set(name, group);
    return group;
  }
}

/** Returns a construct id spelled as the names of processes are: `data-pipelines` for `DataPipelines`. */
function kebabCase(id: string): string {
  return id.replace(/\B[A-Z]/g, '-$&').toLowerCase();
}
