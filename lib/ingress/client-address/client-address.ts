import { Fn, Token } from 'aws-cdk-lib/core';
import { Cdn } from './cdn';
import { BETWEEN_BLOCKS } from './nginx-config';
import { TrustedProxies } from './trusted-proxies';
import { checkImage } from '../../private/container-image';
import { rejected } from '../../private/errors';

/**
 * How the visitor's address is verified.
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
   * @default - none: visitors connect to the load balancer
   */
  readonly cdn?: Cdn;
}

/**
 * The digest that public files pin the tag 1.29-alpine to: ziro-os/ziro-os (`appScaffold` of ziroctl's `dev` command), and several Dockerfiles
 * as `FROM nginxinc/nginx-unprivileged:1.29-alpine@sha256:0c79...`. That tag is published for amd64 and arm64.
 */
const IMAGE = 'docker.io/nginxinc/nginx-unprivileged:1.29-alpine@sha256:0c79d56aee561a1d81c63f00eee5fb5fe29279560cdc55e91425133104c7fbe6';

/**
 * What the nginx beside a process is made from.
 *
 * @internal
 */
export interface AddressProxy {
  readonly image: string;
  /** Whom it believes, as nginx takes it: each block, or several joined. */
  trusted(proxies: TrustedProxies): string[];
}

/**
 * How PostHog's processes learn a visitor's address.
 *
 * A load balancer appends the address that connects to it to the visitor's `X-Forwarded-For`, and cannot replace it. PostHog's processes
 * take the first entry, which the visitor wrote; only Django's IP filters check the others.
 */
export class ClientAddress {
  /**
   * As the load balancer forwards it. Visitors who write no header of their own are seen truly; one who does chooses the address that events and
   * rate limits get. Django's IP filters refuse that.
   */
  public static forwarded(): ClientAddress {
    return new ClientAddress();
  }

  /**
   * Verified: a small nginx beside each process that answers public requests believes the load balancer only, and passes on one address, the
   * true one, to every process.
   *
   * It uses a little of the task's CPU and memory, and no disk. With `PostHogIngress` alone, put it into your tasks with
   * `addClientAddressProxy()`.
   *
   * Throws where the image is none.
   *
   * @param options the image, and a content delivery network in front
   */
  public static verified(options: VerifiedAddressOptions = {}): ClientAddress {
    return new ClientAddress(options);
  }

  /**
   * The nginx to put beside each process, or undefined where there is none.
   *
   * @internal
   */
  public readonly _proxy?: AddressProxy;

  private constructor(options?: VerifiedAddressOptions) {
    if (!options) {
      return;
    }
    const { image = IMAGE, cdn } = options;
    checkImage('image', image, 'nginxinc/nginx-unprivileged');
    this._proxy = {
      image,
      trusted: (proxies) => [proxies._cidrs(), cdn?._cidrs ?? []].flatMap(blocks),
    };
  }

  /**
   * Whom the processes themselves must believe: the nginx beside them, or what is in front of the load balancer's targets.
   *
   * Throws where everybody is trusted, and the address is to be verified.
   *
   * @internal
   */
  public _believed(proxies: TrustedProxies): TrustedProxies {
    if (this._proxy && proxies.trustsEverybody) {
      throw rejected('trustedProxies', 'must say whose word the verified address rests on', 'TrustedProxies.all()', 'leave it out, or name the load balancer\'s addresses');
    }
    return this._proxy ? TrustedProxies.fromAddresses(['127.0.0.1']) : proxies;
  }
}

/** A list that is one token has no items yet: CloudFormation joins it. */
function blocks(cidrs: readonly string[]): string[] {
  return Token.isUnresolved(cidrs) ? [Fn.join(BETWEEN_BLOCKS, [...cidrs])] : [...cidrs];
}
