import { Stack } from 'aws-cdk-lib/core';
import { newStack } from './stack';

const ENVIRONMENT = { account: '111122223333', region: 'eu-central-1' };

/** A stack in a fixed account and region whose zones are known, as `cdk synth` leaves them in cdk.context.json. */
export function zonedStack(zones = 3): Stack {
  return withZones(newStack({ env: ENVIRONMENT }), zones);
}

/** Another stack of the same app, in the same account and region. */
export function zonedStackNextTo(stack: Stack, id: string, zones = 3): Stack {
  return withZones(new Stack(stack.node.root, id, { env: ENVIRONMENT }), zones);
}

function withZones(stack: Stack, zones: number): Stack {
  stack.node.setContext(
    `availability-zones:account=${ENVIRONMENT.account}:region=${ENVIRONMENT.region}`,
    ['a', 'b', 'c', 'd'].slice(0, zones).map((zone) => `${ENVIRONMENT.region}${zone}`),
  );
  return stack;
}
