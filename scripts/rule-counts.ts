import path from 'node:path';
import { DocumentBlock } from './document-block';
import { ALWAYS_PUBLIC, EndpointGroup } from '../lib/catalog/endpoints/endpoint-group';
import { LIMITS } from '../lib/catalog/endpoints/rule-limits';
import { PostHogProcess } from '../lib/catalog/posthog-process';
import { DEFAULT_PRODUCTS, deployedProcesses } from '../lib/catalog/processes/deployed-processes';
import { Product } from '../lib/catalog/product';
import { cidrRules } from '../lib/ingress/routing/app-access';
import { APP_PRIORITY, partsOfTheApp, refusals, rulesFor } from '../lib/ingress/routing/listener-rules';
import { valuesOf } from '../lib/ingress/routing/path-pattern';
import { DEFAULT_RULE_PRIORITY, INGESTION_RULE_PRIORITY, ownListener, place, RuleHosts, RulePlacement } from '../lib/ingress/routing/rule-placement';

const DOCUMENT = path.join(__dirname, '..', 'docs', 'listener-rules.md');
const BLOCK = new DocumentBlock(DOCUMENT, 'rule counts');

/** What the number of rules depends on. */
export interface RuleOptions {
  readonly name: string;
  readonly products: readonly Product[];
  /** Who can open the app; a number is that of CIDR blocks. */
  readonly access: 'anyone' | 'sign-in' | 'nobody' | number;
  readonly groups: readonly EndpointGroup[];
  readonly hosts: RuleHosts;
  readonly isShared: boolean;
}

/** A rule, by its priority. */
interface CountedRule {
  readonly priority: number;
  /** The process of its endpoints; undefined for refusals and the app. */
  readonly process?: PostHogProcess;
}

const EVERY_PRODUCT = Object.values(Product);
const ON_DEMAND = Object.values(EndpointGroup).filter((group) => !ALWAYS_PUBLIC.includes(group));
const names = (count: number, label: string) => Array.from({ length: count }, (_, i) => `${label}${i + 1}.example.com`);
const APP = names(1, 'posthog');

const DEFAULT: RuleOptions = {
  name: 'the default',
  products: DEFAULT_PRODUCTS,
  access: 'anyone',
  groups: [],
  hosts: { app: APP, ingestion: [] },
  isShared: false,
};

/** The rows of the table. */
export const RULE_OPTIONS: readonly RuleOptions[] = [
  DEFAULT,
  { ...DEFAULT, name: 'events only', products: [Product.EVENTS] },
  { ...DEFAULT, name: 'every product', products: EVERY_PRODUCT },
  { ...DEFAULT, name: '`AppAccess.nobody()`', access: 'nobody' },
  { ...DEFAULT, name: '`AppAccess.nobody()`, every endpoint group public', access: 'nobody', groups: ON_DEMAND },
  { ...DEFAULT, name: '`AppAccess.oidc()` or `cognito()`', access: 'sign-in' },
  { ...DEFAULT, name: '`AppAccess.fromCidrs()`, 3 blocks', access: 3 },
  { ...DEFAULT, name: '`AppAccess.fromCidrs()`, 100 blocks', access: 100 },
  { ...DEFAULT, name: 'every product, 100 blocks, every endpoint group public', products: EVERY_PRODUCT, access: 100, groups: ON_DEMAND },
  { ...DEFAULT, name: 'three more host names of the app', hosts: { app: names(4, 'posthog'), ingestion: [] } },
  { ...DEFAULT, name: 'three host names of ingestion', hosts: { app: APP, ingestion: names(3, 'events') } },
  { ...DEFAULT, name: 'three more of both', hosts: { app: names(4, 'posthog'), ingestion: names(3, 'events') } },
  {
    ...DEFAULT,
    name: 'three more of both, `AppAccess.fromCidrs()`, 12 blocks',
    access: 12,
    hosts: { app: names(4, 'posthog'), ingestion: names(3, 'events') },
  },
  { ...DEFAULT, name: 'an existing listener', isShared: true },
  { ...DEFAULT, name: 'an existing listener, every product', isShared: true, products: EVERY_PRODUCT },
  { ...DEFAULT, name: 'an existing listener, `AppAccess.fromCidrs()`, 100 blocks', isShared: true, access: 100 },
  {
    ...DEFAULT,
    name: 'an existing listener, three more host names of both',
    isShared: true,
    hosts: { app: names(4, 'posthog'), ingestion: names(3, 'events') },
  },
];

/** Returns the rules of an ingress in front of the processes of some products, in order. */
export function countedRules({ products, access, groups, hosts, isShared }: RuleOptions): CountedRule[] {
  const placement: RulePlacement = isShared ? { base: 0, isShared, hosts } : ownListener(hosts);
  const isOpen = access === 'anyone';
  const open = new Set(isOpen ? Object.values(EndpointGroup) : groups);
  const deployed = deployedProcesses(products).map(({ process }) => process);
  const at = (priority: number, count: number) => Array.from({ length: count }, (_, i): CountedRule => ({ priority: priority + i }));
  const appRules = (priority: number, taken: number): CountedRule[] => {
    if (typeof access === 'number') {
      const blocks = Array.from({ length: access }, (_, i) => `10.${i}.0.0/16`);
      return at(priority, cidrRules(blocks, hosts.app, taken).length);
    }
    return at(priority, access === 'sign-in' ? 1 : 0);
  };
  return [
    ...refusals(isOpen)
      .flatMap((spec) => place(spec, placement))
      .map(({ priority }) => ({ priority })),
    ...Object.values(PostHogProcess).flatMap((process) =>
      rulesFor(process, process === PostHogProcess.WEB && isOpen ? new Set() : open)
        .flatMap((spec) => place(spec, placement))
        .map(({ priority }) => ({ priority, process })),
    ),
    ...deployed.flatMap((process) => partsOfTheApp(process, open)).flatMap((part) => appRules(part.priority, valuesOf(part.patterns).length)),
    ...appRules(APP_PRIORITY, 0),
    ...at(DEFAULT_RULE_PRIORITY, isOpen || isShared ? 1 : 0),
    ...at(INGESTION_RULE_PRIORITY, isShared && hosts.ingestion.length > 0 ? 1 : 0),
  ].sort((a, b) => a.priority - b.priority);
}

/** The processes whose endpoints SDKs call most. */
const BUSY: readonly PostHogProcess[] = [
  PostHogProcess.CAPTURE,
  PostHogProcess.REPLAY_CAPTURE,
  PostHogProcess.FEATURE_FLAGS,
  PostHogProcess.HYPERCACHE_SERVER,
];

/** Returns the number of rules that a request for events, recordings, flags or configuration is evaluated against at most. */
export function busiestRank(options: RuleOptions): number {
  return Math.max(0, ...countedRules(options).map(({ process }, i) => (process !== undefined && BUSY.includes(process) ? i + 1 : 0)));
}

/** The table of the numbers of rules. */
export function ruleCountTable(): string {
  const rows = RULE_OPTIONS.map((options) => [options.name, String(countedRules(options).length), String(busiestRank(options))]);
  return [['option', `rules, of ${LIMITS.rulesPerLoadBalancer}`, 'rules up to the last one of events and flags'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** The table in the document. */
export function tableInDocument(): string {
  return BLOCK.read();
}

if (require.main === module) {
  BLOCK.write(ruleCountTable());
}
