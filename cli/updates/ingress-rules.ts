import { isSame, Properties, Template } from './replacement';
import { UpdateRule } from './rule';
import { ofType } from '../alb/template';

const RECORD = 'AWS::Route53::RecordSet';

/** The properties that identify a record of Route 53. */
const IDENTITY = ['HostedZoneId', 'HostedZoneName', 'Name', 'SetIdentifier', 'Type'];

/** Returns the logical ids of the records of a template with the identity of another one. */
function recordsLike(template: Template, record: Properties): string[] {
  return ofType<Properties>(template, RECORD).flatMap(([id, other]) => (IDENTITY.every((name) => isSame(other[name], record[name])) ? [id] : []));
}

const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';

/** Returns whether a load balancer is protected against deletion. */
function isProtected({ LoadBalancerAttributes: attributes }: Properties): boolean {
  return (
    Array.isArray(attributes) &&
    (attributes as { readonly Key?: unknown; readonly Value?: unknown }[]).some(
      ({ Key, Value }) => Key === 'deletion_protection.enabled' && String(Value) === 'true',
    )
  );
}

/** The changes of an ingress that AWS does not accept in one update. */
export const INGRESS_RULES: readonly UpdateRule[] = [
  {
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html (Deletion protection)',
    fix: 'set `deletionProtection: false` in a deployment before this one',
    check: (update) =>
      ofType<Properties>(update.before, LOAD_BALANCER)
        .filter(([id, properties]) => (!(id in update.after.Resources) || update.isNew(id)) && isProtected(properties))
        .map(([id]) => ({
          id,
          type: LOAD_BALANCER,
          message:
            'the old load balancer is protected against deletion, so it would be left behind with its subnets, security group and target groups',
        })),
  },
  {
    source:
      'https://docs.aws.amazon.com/Route53/latest/APIReference/API_Change.html (CREATE): CloudFormation creates the new record before it deletes the old one, ' +
      'and reports "Tried to create resource record set ... but it already exists"',
    fix: 'remove the host name in one deployment, and add it in its new place in the next one',
    check: (update) =>
      ofType<Properties>(update.after, RECORD)
        .filter(([id, record]) => update.isNew(id) && recordsLike(update.before, record).length > 0)
        .map(([id, { Name }]) => ({
          id,
          type: RECORD,
          message: `the record of ${typeof Name === 'string' ? Name.replace(/\.$/, '') : 'its name'} exists until the end of the update, as another resource`,
        })),
  },
];
