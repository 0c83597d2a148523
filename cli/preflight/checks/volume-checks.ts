import { AccountContext, describedStacks, named } from './context';
import { DeployedStack, existingResource } from '../account/deployed-stack';
import { isUnavailable } from '../../aws/loaded';
import { CheckResult, fail, NamedCheckResult, pass, warning } from '../../doctor/check';
import { Change, Properties, Update } from '../../updates/replacement';
import { SynthesisedStack } from '../../template/stacks';

/** The tag by which an instance with data finds its volume. */
export const VOLUME_TAG = 'cdk-posthog:volume';

/** Returns the tag of a volume; undefined if it is not one of this library, or known at deployment only. */
export function volumeTag({ Tags }: Properties): string | undefined {
  const tags = Array.isArray(Tags) ? (Tags as readonly { readonly Key?: string; readonly Value?: unknown }[]) : [];
  const value = tags.find(({ Key }) => Key === VOLUME_TAG)?.Value;
  return typeof value === 'string' ? value : undefined;
}

/**
 * Checks the declared sizes of volumes that have grown by themselves. CloudFormation compares templates: an update without a change of a volume
 * leaves it alone. EC2 refuses to make it smaller.
 */
export async function volumeChecks(context: AccountContext): Promise<NamedCheckResult[]> {
  const deployed = new Map(describedStacks(context).map((stack) => [stack.name, stack]));
  const found = await Promise.all(
    context.stacks.flatMap(({ name = '', template }) => {
      const stack = deployed.get(name);
      return stack ? [named('volumes', `the volumes of ${name}`, () => stackVolumes(context, stack, template))] : [];
    }),
  );
  return found.flat();
}

async function stackVolumes({ usage }: AccountContext, stack: DeployedStack, template: SynthesisedStack['template']): Promise<CheckResult[]> {
  if (stack.template === undefined || isUnavailable(stack.template)) {
    return [];
  }
  const changes = new Update(stack.template, template).changes('AWS::EC2::Volume');
  const declared = changes.flatMap((change) => {
    const physicalId = existingResource(stack, change.id)?.PhysicalResourceId;
    return volumeTag(change.after) !== undefined && physicalId !== undefined ? [{ change, physicalId }] : [];
  });
  if (declared.length === 0) {
    return [];
  }
  const real = await usage.volumes(
    VOLUME_TAG,
    declared.flatMap(({ change }) => volumeTag(change.after) ?? []),
  );
  return declared.flatMap(({ change, physicalId }) => {
    const size = real.find(({ VolumeId }) => VolumeId === physicalId)?.Size;
    return size === undefined ? [] : [sizeResult(change, physicalId, size)];
  });
}

function sizeResult({ before, after, properties }: Change, volume: string, size: number): CheckResult {
  const declared = Number(after.Size);
  if (!(declared < size)) {
    return pass(`the volume ${volume} has ${size} GiB`);
  }
  const grown = `the volume ${volume} has grown to ${size} GiB`;
  const fix = `set its \`volumeSize\` to Size.gibibytes(${size}) or more`;
  if (properties.length === 0) {
    return pass(`${grown}, and this update leaves it alone (declared: ${declared} GiB)`);
  }
  return before.Size === after.Size
    ? warning(
        `${grown}, and this update changes its ${properties.join(', ')}: if CloudFormation sends the declared ${declared} GiB, EC2 refuses`,
        fix,
      )
    : fail(`${grown}, and this update sets ${declared} GiB: EC2 makes no volume smaller`, fix);
}
