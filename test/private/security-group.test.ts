import { App, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnSecurityGroup, IVpc, Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { asClients, InlineSecurityGroup } from '../../lib/private/security-group';
import { newStack } from '../helpers/stack';
import { waysInto } from '../helpers/template';

const PORT = Port.tcp(443);

function vpcOf(stack: Stack): IVpc {
  return Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a'] });
}

/** The rules that are resources, and the ports that are open. A template whose resources depend on each other in a circle cannot be read. */
function rulesOf(group: SecurityGroup): { resources: number; ports: number[] } {
  const stack = Stack.of(group);
  const template = Template.fromStack(stack);
  const ways = waysInto(template, stack.getLogicalId(group.node.defaultChild as CfnSecurityGroup));
  return { resources: Object.keys(template.findResources('AWS::EC2::SecurityGroupIngress')).length, ports: ways.map(({ port }) => port) };
}

test('an InlineSecurityGroup holds the rules for clients and for groups that were defined before it', () => {
  const stack = newStack();
  const vpc = vpcOf(stack);
  const before = new InlineSecurityGroup(stack, 'Before', { vpc });
  const group = new InlineSecurityGroup(stack, 'Group', { vpc });
  const clients = asClients(new SecurityGroup(stack, 'Clients', { vpc }));
  group.addIngressRule(before, PORT);
  group.connections.allowFrom(clients, Port.tcp(80));
  expect(rulesOf(group)).toEqual({ resources: 0, ports: [443, 80] });
});

test('InlineSecurityGroups can allow connections from each other', () => {
  const stack = newStack();
  const vpc = vpcOf(stack);
  const [one, two] = ['One', 'Two'].map((id) => new InlineSecurityGroup(stack, id, { vpc }));
  one.addIngressRule(two, PORT);
  two.addIngressRule(one, PORT);
  two.addIngressRule(two, Port.tcp(80));
  expect(rulesOf(one)).toEqual({ resources: 2, ports: [443] });
  expect(rulesOf(two).ports).toEqual([80, 443]);
});

test("an InlineSecurityGroup leaves the rules for users' groups and for groups of other stacks to resources", () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const other = new Stack(app, 'Other');
  const elsewhere = asClients(new SecurityGroup(other, 'Group', { vpc: vpcOf(other) }));
  const own = new SecurityGroup(stack, 'Own', { vpc: vpcOf(stack) });
  const group = new InlineSecurityGroup(stack, 'Group', { vpc: own.stack.node.findChild('Vpc') as Vpc });
  group.addIngressRule(own, PORT);
  group.addIngressRule(elsewhere, Port.tcp(80), undefined, true);
  expect(rulesOf(group)).toEqual({ resources: 1, ports: [443] });
  Template.fromStack(other).resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
});
