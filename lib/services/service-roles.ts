import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ProcessDefinition } from './process-definition';
import { acknowledge } from '../private/acknowledge';

/**
 * The roles that processes share.
 *
 * ECS takes one to start tasks, for each image: its processes know the same secrets. What runs in a task has no part in it. A task itself has
 * a role of its own where it may do anything in AWS; all others share one that may do nothing.
 */
export class ServiceRoles extends Construct {
  private readonly byImage = new Map<string, Role>();
  private powerless?: Role;

  /** The role that ECS starts the tasks of a process with. */
  public executionRoleOf({ image }: ProcessDefinition): Role {
    const role = this.byImage.get(image) ?? this.role(`${image[0].toUpperCase()}${image.slice(1)}Execution`, `Starts the tasks of PostHog that run the image ${image}`);
    this.byImage.set(image, role);
    return role;
  }

  /** The role of a task; undefined, where it has one of its own: because it opens objects. */
  public taskRoleOf(opensObjects: boolean): Role | undefined {
    if (opensObjects) {
      return undefined;
    }
    this.powerless ??= this.role('Task', 'What tasks of PostHog are that may do nothing in AWS');
    return this.powerless;
  }

  private role(id: string, description: string): Role {
    const role = new Role(this, id, { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'), description });
    acknowledge(role, { IAMNoInlinePolicy: 'each role belongs to the processes of one image, and so does its policy' });
    return role;
  }
}
