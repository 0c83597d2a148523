import { Cdn } from './cdn';
import { Checks, checkStruct, objectWith } from '../../private/checks/check';
import { image } from '../../private/checks/values';

/**
 * Options for verified client IP addresses.
 */
export interface VerifiedAddressOptions {
  /**
   * The image of nginx, by its digest. It runs as user 101 and needs a shell, the realip module, and write access to /tmp.
   *
   * @default - nginxinc/nginx-unprivileged, version 1.29, from Docker Hub
   */
  readonly image?: string;
  /**
   * The content delivery network in front of the load balancer.
   *
   * @default - none: clients connect to the load balancer directly
   */
  readonly cdn?: Cdn;
}

/**
 * The digest that public files pin the tag 1.29-alpine to: ziro-os/ziro-os (`appScaffold` of ziroctl's `dev` command), and several Dockerfiles
 * as `FROM nginxinc/nginx-unprivileged:1.29-alpine@sha256:0c79...`. That tag is published for amd64 and arm64.
 */
const IMAGE = 'docker.io/nginxinc/nginx-unprivileged:1.29-alpine@sha256:0c79d56aee561a1d81c63f00eee5fb5fe29279560cdc55e91425133104c7fbe6';

const CHECKS: Checks<VerifiedAddressOptions> = {
  image: image('nginxinc/nginx-unprivileged'),
  cdn: objectWith('a Cdn', ['_cidrs'], 'use Cdn.cloudFront() or Cdn.fromCidrs()'),
};

/**
 * The nginx sidecar of a process.
 *
 * @internal
 */
export interface AddressProxy {
  readonly image: string;
  /** The CIDR blocks of the content delivery network in front, possibly a list that is a token. */
  readonly cdnCidrs: readonly string[];
}

/**
 * Defines how PostHog's processes resolve a client's IP address.
 *
 * A load balancer appends the address that connects to it to the client's `X-Forwarded-For`, and cannot replace it. PostHog's processes
 * use the first entry, which the client can forge; only Django's IP filters check the other entries.
 */
export class ClientAddress {
  /**
   * Uses `X-Forwarded-For` as the load balancer forwards it. A client that sends this header chooses the address that events and rate limits get;
   * other clients are seen with their own. Django's IP filters refuse a forged address.
   */
  public static forwarded(): ClientAddress {
    return new ClientAddress();
  }

  /**
   * Verifies addresses: a small nginx sidecar in each service with public endpoints trusts the load balancer only, and forwards one address, the
   * client's own, to the process.
   *
   * It uses a little of the task's CPU and memory, and no disk. With `PostHogIngress` alone, add it to your task definitions with
   * `addClientAddressProxy()`.
   *
   * Throws if the image is not a valid reference.
   *
   * @param options the image, and a content delivery network in front
   */
  public static verified(options: VerifiedAddressOptions = {}): ClientAddress {
    checkStruct('options', options, CHECKS);
    return new ClientAddress(options);
  }

  /**
   * The nginx sidecar of each process; undefined without verification.
   *
   * @internal
   */
  public readonly _proxy?: AddressProxy;

  /**
   * Returns the same with another image of nginx.
   *
   * @param copyOf returns the image to use instead of another
   * @internal
   */
  public _withImage(copyOf: (image: string) => string): ClientAddress {
    const { _proxy: proxy } = this;
    return proxy ? new ClientAddress({ image: copyOf(proxy.image) }, proxy.cdnCidrs) : this;
  }

  private constructor(options?: VerifiedAddressOptions, cdnCidrs: readonly string[] = options?.cdn?._cidrs ?? []) {
    // Always an own property, by which the check of a prop recognises it.
    this._proxy = options && { image: options.image ?? IMAGE, cdnCidrs };
  }
}
