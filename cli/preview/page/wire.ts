/* The API between the preview and its page. Types only: the page is compiled for a browser, and the preview's own types extend these. */

import type { Access } from '../../ingress/access';

/** A rule of the load balancer, as text. */
export interface RuleDescription {
  readonly name: string;
  readonly priority?: number;
  readonly conditions: readonly string[];
  readonly action: string;
  readonly process?: string;
}

/** One row of the endpoint table, for public clients. */
export interface EndpointDescription {
  readonly paths: string;
  readonly purpose: string;
  readonly owner: string;
  readonly rule: string;
  readonly answer: string;
  /** The paths as the process receives them; undefined if they are unchanged. */
  readonly forwardedPath?: string;
  readonly public: boolean;
}

/** The ingress that the preview serves. */
export interface IngressFacts {
  readonly source: string;
  /** Its hosts, the one that is shown first. */
  readonly hosts: readonly string[];
  /** The hosts of all ingresses of the preview. */
  readonly allHosts: readonly string[];
  readonly url: string;
  readonly plainUrl?: string;
  readonly access: Access;
  readonly rules: readonly RuleDescription[];
  readonly endpoints: readonly EndpointDescription[];
  readonly processes: readonly { readonly name: string }[];
  readonly loadBalancerAddress?: string;
  /** A header that the load balancer would send, but the preview does not. */
  readonly strictTransportSecurity?: string;
}

/** The outcome of a request. */
export interface Ending {
  readonly kind: string;
  readonly status?: number;
  readonly location?: string;
  readonly where?: string;
  readonly reason?: string;
  readonly then?: Ending;
}

/** The client IP that a part of a process resolves. */
export interface ResolvedIp {
  readonly reader: string;
  readonly address?: string;
  readonly reason: string;
}

/** A request that the ingress has handled. */
export interface Passed {
  readonly id: number;
  readonly at: string;
  readonly method: string;
  readonly host: string;
  /** Path and query, as they were sent. */
  readonly path: string;
  /** The client IP of the request. */
  readonly from: string;
  /** The name of the rule that matched. */
  readonly rule?: string;
  /** The `kind` of its outcome. */
  readonly outcome: string;
  readonly process?: string;
  /** Path and query as the process received them; undefined if they are unchanged. */
  readonly forwardedPath?: string;
  readonly status: number;
}

/** An event that a stub has captured. */
export interface Captured {
  readonly id: number;
  readonly process: string;
  readonly event: string;
  readonly distinctId?: string;
  /** Some of its properties, long ones cut. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** The client IP that the process resolves. */
  readonly address?: string;
}

/** A request to send. */
export interface Trial {
  readonly method: string;
  /** A path, sent untouched, or an absolute URL. */
  readonly url: string;
  /** The client IP. Default: that of a public client. */
  readonly from?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** The result of a request that was sent. */
export interface TrialResult {
  readonly request: { readonly sourceIp: string; readonly target: string };
  /** The rule that matched; null if none did. */
  readonly rule: { readonly name: string } | null;
  readonly outcome: Ending;
  readonly forwarded?: {
    readonly process: string;
    readonly path: string;
    readonly peer: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
  };
  readonly clientIps: readonly ResolvedIp[];
  readonly response: { readonly status: number; readonly headers: readonly (readonly [name: string, value: string])[]; readonly body: string };
}
