import { Header, LoadBalancerAttributes } from '../alb/headers';
import { ProxySettings } from '../client-ip/client-ip';
import { ListenerRule } from '../alb/evaluate';
import { RuleAction } from '../alb/listener-rule';

/** The scheme of a load balancer. */
export type Scheme = 'internet-facing' | 'internal';

/** All schemes. */
export const SCHEMES: readonly Scheme[] = ['internet-facing', 'internal'];

/** The ingress of a PostHog, read from a template or from an account. */
export interface IngressModel {
  /** The name of its source, for output. */
  readonly source: string;
  /** Its host names, the primary one first; none if they are unknown. */
  readonly hosts: readonly string[];
  /** Its load balancer: the logical id in a template, the name in an account; undefined if that is elsewhere. */
  readonly loadBalancer?: string;
  /** The scheme of its load balancer; undefined if that is not known. */
  readonly scheme?: Scheme;
  /** The rules of the listener that terminates TLS, with its default action last if that is known. */
  readonly rules: readonly ListenerRule<RuleAction>[];
  /** The rules of the listener for plain HTTP; undefined if there is none. */
  readonly plainRules?: readonly ListenerRule<RuleAction>[];
  /** The load balancer's attributes. */
  readonly attributes: LoadBalancerAttributes;
  /** The attributes of the listener that terminates TLS. */
  readonly listenerAttributes: Readonly<Record<string, string>>;
  /** An address that the load balancer can have; undefined if none is known. */
  readonly loadBalancerAddress?: string;
  /** The process of each target group, by the reference to it in rules. */
  readonly targets: Readonly<Record<string, Target>>;
}

/** A process behind a target group. */
export interface Target {
  /** Its name, as in PostHog's own files. */
  readonly process: string;
  /** Its environment, with its proxy settings. */
  readonly settings: ProxySettings;
  /** The sidecar that verifies the client IP; undefined if there is none. */
  readonly verifying?: VerifyingProxy;
}

/** A proxy sidecar that forwards a single address. */
export interface VerifyingProxy {
  /** The CIDR blocks and addresses that it trusts; undefined if they are known at deployment only. */
  readonly trusted?: readonly string[];
  /** The headers that it drops; undefined if they are known at deployment only. */
  readonly dropped?: readonly string[];
}

/** A request as a client sends it. */
export interface ClientRequest {
  readonly scheme: 'http' | 'https';
  readonly method: string;
  readonly host: string;
  /** Path and query, exactly as they were sent. */
  readonly target: string;
  /** The address that connects to the load balancer. */
  readonly sourceIp: string;
  readonly headers: readonly Header[];
}

/** The syntax of a method. */
export const METHOD = /^[A-Z]+$/;

const URL_PARTS = /^(?:(?<scheme>https?):\/\/(?<host>[^/?#]+))?(?<target>\/[^#]*)?(?:#.*)?$/s;

/** The parts of a URL as they were written. A URL parser would resolve `..` and decode. */
export interface UrlParts {
  readonly scheme?: string;
  readonly host?: string;
  /** Path and query. */
  readonly target?: string;
}

/** Parses an absolute URL or a path; undefined if a text is neither. A fragment is dropped, because no client sends it. */
export function urlParts(url: string): UrlParts | undefined {
  const parts: UrlParts = URL_PARTS.exec(url)?.groups ?? {};
  return parts.host === undefined && parts.target === undefined ? undefined : parts;
}
