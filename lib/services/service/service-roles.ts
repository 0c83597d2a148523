import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ProcessDefinition } from '../process-definition';
import { acknowledge } from '../../private/acknowledge';

/**
 * The IAM roles that processes share.
 *
 * There is one execution role for each image, whose processes get the same secrets; the containers cannot use it. A task that calls AWS APIs has
 * its own task role; all others share one without permissions.
 */
export class ServiceRoles extends Construct {
  private readonly byImage = new Map<string, Role>();
  private emptyTaskRole?: Role;

  /** Returns the execution role of a process. */
  public executionRoleOf({ image }: ProcessDefinition): Role {
    const role =
      this.byImage.get(image) ?? this.role(`${image[0].toUpperCase()}${image.slice(1)}Execution`, `PostHog image ${image}: task execution`);
    this.byImage.set(image, role);
    return role;
  }

  /** Returns the shared task role; undefined for a task that accesses objects and needs its own. */
  public taskRoleOf(opensObjects: boolean): Role | undefined {
    if (opensObjects) {
      return undefined;
    }
    this.emptyTaskRole ??= this.role('Task', 'PostHog tasks: no AWS permissions');
    return this.emptyTaskRole;
  }

  private role(id: string, description: string): Role {
    const role = new Role(this, id, { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'), description });
    acknowledge(role, { IAMNoInlinePolicy: 'each role belongs to the processes of one image, and so does its policy' });
    return role;
  }
}
