import { Header, LoadBalancerAttributes } from './alb/headers';
import { ProxySettings } from './client-ip/client-ip';
import { ListenerRule } from './alb/evaluate';
import { RuleAction } from './alb/listener-rule';

/** The way in to a PostHog, wherever it was read: from a template, or from an account. */
export interface IngressModel {
  /** Where it was read, for the reader. */
  readonly source: string;
  /** The names that it answers to; none where they are not known. */
  readonly hosts: readonly string[];
  /** The rules of the listener that ends TLS, its default action as the last of them where that is known. */
  readonly rules: readonly ListenerRule<RuleAction>[];
  /** The rules of the listener for plain HTTP; undefined where there is none. */
  readonly plainRules?: readonly ListenerRule<RuleAction>[];
  /** The load balancer's attributes. */
  readonly attributes: LoadBalancerAttributes;
  /** The attributes of the listener that ends TLS. */
  readonly listenerAttributes: Readonly<Record<string, string>>;
  /** An address that the load balancer can have; undefined where none is known. */
  readonly loadBalancerAddress?: string;
  /** Who answers for each target group, by the name that rules call it with. */
  readonly targets: Readonly<Record<string, Target>>;
}

/** A process that answers for a target group. */
export interface Target {
  /** Its name, as PostHog's own files call it. */
  readonly process: string;
  /** What it was told about the proxies in front of it. */
  readonly settings: ProxySettings;
  /** The proxy beside it that verifies the visitor's address; undefined where there is none. */
  readonly verifying?: VerifyingProxy;
}

/** A proxy beside a process that passes on one address. */
export interface VerifyingProxy {
  /** The CIDR blocks and addresses whose word it takes; undefined where they are known at deployment only. */
  readonly trusted?: readonly string[];
  /** The headers that it drops; undefined where they are known at deployment only. */
  readonly dropped?: readonly string[];
}

/** A request as a visitor sends it. */
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
