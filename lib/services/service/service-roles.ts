import { Construct, Dependable } from 'constructs';
import { ProcessDefinition } from '../../catalog/process-definition';
import { acknowledge } from '../../private/acknowledge';
import { InlineRole } from '../../private/inline-role';
import { trustedService } from '../../private/trusted-service';

/**
 * The IAM roles that processes share.
 *
 * There is one execution role for each image, whose processes get the same secrets; the containers cannot use it. A task that calls AWS APIs has
 * its own task role; all others share one without permissions.
 */
export class ServiceRoles extends Construct {
  private readonly byImage = new Map<string, InlineRole>();
  private readonly all: InlineRole[] = [];
  private emptyTaskRole?: InlineRole;

  /** Returns the execution role of a process. */
  public executionRoleOf({ image }: ProcessDefinition): InlineRole {
    const role =
      this.byImage.get(image) ?? this.role(this, `${image[0].toUpperCase()}${image.slice(1)}Execution`, `PostHog image ${image}: task execution`);
    this.byImage.set(image, role);
    return role;
  }

  /** Returns the task role of a process: its own, in `scope`, if it accesses objects, otherwise the shared one. */
  public taskRoleOf(scope: Construct, opensObjects: boolean): InlineRole {
    if (opensObjects) {
      return this.role(scope, 'TaskRole');
    }
    this.emptyTaskRole ??= this.role(this, 'Task', 'PostHog tasks: no AWS permissions');
    return this.emptyTaskRole;
  }

  /** Ends the definition of all roles: further permissions, such as those that the user grants, go to policies next to them. */
  public close(): void {
    this.all.forEach((role) => role.close());
  }

  private role(scope: Construct, id: string, description?: string): InlineRole {
    const role = new InlineRole(scope, id, { assumedBy: trustedService(this, 'ecsTasks'), description });
    acknowledge(role, { IAMNoInlinePolicy: 'each role belongs to one process or to the processes of one image, and so does its policy' });
    this.all.push(role);
    // The task definition references the role itself; a service needs the policies next to it as well.
    Dependable.implement(role, {
      get dependencyRoots() {
        return role.node.children.filter((child) => child !== role.node.defaultChild);
      },
    });
    return role;
  }
}
