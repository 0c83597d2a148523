/* What the preview and its page say to each other. Types alone: the page is compiled for a browser, and the preview's own types extend these. */

import type { Access } from '../../access';

/** A rule of the load balancer, in words. */
export interface RuleDescription {
  readonly name: string;
  readonly priority?: number;
  readonly conditions: readonly string[];
  readonly action: string;
  readonly process?: string;
}

/** One row of the endpoint table, as the door treats a stranger. */
export interface EndpointDescription {
  readonly paths: string;
  readonly purpose: string;
  readonly owner: string;
  readonly rule: string;
  readonly answer: string;
  /** The paths as the process gets them; left out where they stay as they are. */
  readonly arriveAs?: string;
  readonly public: boolean;
}

/** What the preview says about the door that it serves. */
export interface IngressFacts {
  readonly source: string;
  readonly hosts: readonly string[];
  /** The hosts of every door that the preview serves. */
  readonly allHosts: readonly string[];
  readonly url: string;
  readonly plainUrl?: string;
  readonly access: Access;
  readonly rules: readonly RuleDescription[];
  readonly endpoints: readonly EndpointDescription[];
  readonly processes: readonly { readonly name: string }[];
  readonly loadBalancerAddress?: string;
  /** A header that the load balancer would send, and the preview does not. */
  readonly strictTransportSecurity?: string;
}

/** How a request ended. */
export interface Ending {
  readonly kind: string;
  readonly status?: number;
  readonly location?: string;
  readonly where?: string;
  readonly reason?: string;
  readonly then?: Ending;
}

/** The address that a part of a process takes for the visitor's. */
export interface ResolvedIp {
  readonly reader: string;
  readonly address?: string;
  readonly reason: string;
}

/** A request that passed the door. */
export interface Passed {
  readonly id: number;
  readonly at: string;
  readonly method: string;
  readonly host: string;
  /** Path and query, as they were sent. */
  readonly path: string;
  /** The address that the request came from, or pretended to. */
  readonly from: string;
  /** The name of the rule that it met. */
  readonly rule?: string;
  /** How it ended, as the `kind` of an ending. */
  readonly outcome: string;
  readonly process?: string;
  /** Path and query as the process got them; left out where nothing was changed. */
  readonly arrivedAs?: string;
  readonly status: number;
}

/** An event that a stub took in. */
export interface Captured {
  readonly id: number;
  readonly process: string;
  readonly event: string;
  readonly distinctId?: string;
  /** A few of its properties, long ones cut. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** The address that the process takes for the visitor's. */
  readonly address?: string;
}

/** A request to try. */
export interface Trial {
  readonly method: string;
  /** A path, sent untouched, or an absolute URL. */
  readonly url: string;
  /** The address to pretend; left out: a stranger's. */
  readonly from?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** What became of a request that was tried. */
export interface TrialResult {
  readonly request: { readonly sourceIp: string; readonly target: string };
  /** The rule that it met; null where none matched. */
  readonly rule: { readonly name: string } | null;
  readonly outcome: Ending;
  readonly arrived?: { readonly process: string; readonly path: string; readonly peer: string; readonly headers: readonly (readonly [name: string, value: string])[] };
  readonly clientIps: readonly ResolvedIp[];
  readonly response: { readonly status: number; readonly headers: readonly (readonly [name: string, value: string])[]; readonly body: string };
}
