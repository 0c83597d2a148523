import { IVpc, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { ProcessDefinition } from './process-definition';

/** The security groups of processes: one for each, or for several that call the same others. */
export class ServiceGroups extends Construct {
  private readonly groups = new Map<string, SecurityGroup>();

  public constructor(scope: Construct, id: string, private readonly vpc: IVpc) {
    super(scope, id);
  }

  /** The security group of a process. */
  public of({ id, process, sharedGroup }: ProcessDefinition): SecurityGroup {
    const name = sharedGroup ?? id;
    const group = this.groups.get(name) ?? new SecurityGroup(this, name, { vpc: this.vpc, description: `PostHog ${sharedGroup ?? process}` });
    this.groups.set(name, group);
    return group;
  }
}
