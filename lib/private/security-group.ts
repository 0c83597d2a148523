import { Stack } from 'aws-cdk-lib/core';
import { IPeer, ISecurityGroup, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';

/** The security groups that no other group may connect to, unless the user allows it. */
const CLIENTS = new WeakSet<object>();

/** Marks a security group as one of clients only, and returns it: rules for connections from it can be inside of other groups. */
export function asClients<T extends ISecurityGroup>(group: T): T {
  CLIENTS.add(group);
  return group;
}

/**
 * A security group that holds rules for connections from other groups of its stack itself. The CDK defines a resource for each, of the 500 that a
 * stack can have, because two groups that allow connections from each other must not both hold their rules.
 *
 * The rules that it holds are therefore those for groups of clients, and for groups of this class that were defined before it.
 */
export class InlineSecurityGroup extends SecurityGroup {
  private static defined = 0;

  private readonly order = InlineSecurityGroup.defined++;

  public override addIngressRule(peer: IPeer, connection: Port, description?: string, remoteRule?: boolean): void {
    super.addIngressRule(this.holdsRulesOf(peer) ? inline(peer) : peer, connection, description, remoteRule);
  }

  private holdsRulesOf(peer: IPeer): peer is SecurityGroup {
    if (!SecurityGroup.isSecurityGroup(peer) || Stack.of(peer) !== Stack.of(this)) {
      return false;
    }
    return CLIENTS.has(peer) || (peer instanceof InlineSecurityGroup && peer.order < this.order);
  }
}

/** Returns a security group as a peer whose rules the CDK may define inside of another group. */
function inline(group: SecurityGroup): IPeer {
  return {
    uniqueId: group.uniqueId,
    connections: group.connections,
    canInlineRule: true,
    toIngressRuleConfig: () => group.toIngressRuleConfig(),
    toEgressRuleConfig: () => group.toEgressRuleConfig(),
  };
}
