import { Aws } from './aws';
import { Volume } from './deployment';
import { orUnavailable } from '../../aws/aws-error';
import { isUnavailable, Loaded } from '../../aws/loaded';

/** The tag by which an instance with data finds its volume, and those of CloudFormation. */
const TAGS = { volume: 'cdk-posthog:volume', stack: 'aws:cloudformation:stack-name', logicalId: 'aws:cloudformation:logical-id' };

/** Describes the data volumes of the account and region, with the sizes that the templates of their stacks declare. */
export async function describeVolumes(aws: Aws): Promise<Loaded<readonly Volume[]>> {
  const volumes = await orUnavailable(aws.volumesWithTag(TAGS.volume));
  if (isUnavailable(volumes)) {
    return volumes;
  }
  const described = volumes.map(({ VolumeId: id = '', Size: size = 0, Tags = [] }) => {
    const tag = (key: string) => Tags.find(({ Key }) => Key === key)?.Value;
    return { id, size, name: tag(TAGS.volume) ?? id, stack: tag(TAGS.stack), logicalId: tag(TAGS.logicalId) };
  });
  const stacks = [...new Set(described.flatMap(({ stack }) => stack ?? []))];
  const templates = await Promise.all(stacks.map((stack) => orUnavailable(aws.template(stack).then((body) => ({ stack, sizes: sizesIn(body) })))));
  const refused = templates.find(isUnavailable);
  if (refused && isUnavailable(refused)) {
    return refused;
  }
  const sizes = new Map(templates.flatMap((one) => (isUnavailable(one) ? [] : [[one.stack, one.sizes] as const])));
  return described.map(({ stack, logicalId, ...volume }) => ({ ...volume, declared: sizes.get(stack ?? '')?.get(logicalId ?? '') }));
}

/** Returns the declared sizes of the volumes in a template, by logical id. */
function sizesIn(body: string): ReadonlyMap<string, number> {
  const { Resources = {} } = JSON.parse(body || '{}') as {
    Resources?: Record<string, { readonly Type: string; readonly Properties?: { readonly Size?: unknown } }>;
  };
  const volumes = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::EC2::Volume');
  return new Map(volumes.flatMap(([id, { Properties }]) => (typeof Properties?.Size === 'number' ? [[id, Properties.Size] as const] : [])));
}
