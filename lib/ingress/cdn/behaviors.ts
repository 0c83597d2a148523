import { Duration } from 'aws-cdk-lib/core';
import {
  AllowedMethods,
  BehaviorOptions,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  ErrorResponse,
  IOrigin,
  OriginRequestPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { Construct } from 'constructs';

/** A part of PostHog whose responses say how long they may be cached, and the request headers that they depend on (`Vary`). */
interface CachedPart {
  readonly id: string;
  readonly pattern: string;
  readonly headers: readonly string[];
}

/**
 * The cached parts. Their responses have a `Cache-Control` of their own, and depend on no cookie.
 *
 * Sources: posthog/settings/web.py (WhiteNoise, static_varies_origin) for the files of the app, and rust/hypercache-server/src/api/remote_config.rs
 * (`public, max-age=300`, `Vary: Origin, Referer`) for the configuration of SDKs, of PostHog/posthog of July 2026.
 */
const CACHED: readonly CachedPart[] = [
  { id: 'Static', pattern: '/static/*', headers: ['Host', 'Origin'] },
  { id: 'SdkConfig', pattern: '/array/*', headers: ['Host', 'Origin', 'Referer'] },
];

/** Returns the behavior of everything that is not cached: all methods, headers, cookies and query strings, and responses as they arrive. */
export function defaultBehavior(origin: IOrigin): BehaviorOptions {
  return {
    origin,
    allowedMethods: AllowedMethods.ALLOW_ALL,
    cachePolicy: CachePolicy.CACHING_DISABLED,
    // PostHog's own Host header: the listener rules, ALLOWED_HOSTS and the check of the origin's certificate need it.
    originRequestPolicy: OriginRequestPolicy.ALL_VIEWER,
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    // Compression would hold the events of a stream back.
    compress: false,
  };
}

/** Returns the behaviors of the cached parts, by path pattern. A response without a `Cache-Control` is not cached. */
export function cachedBehaviors(scope: Construct, origin: IOrigin): Record<string, BehaviorOptions> {
  return Object.fromEntries(
    CACHED.map(({ id, pattern, headers }) => [
      pattern,
      {
        ...defaultBehavior(origin),
        cachePolicy: new CachePolicy(scope, `${id}CachePolicy`, {
          comment: `PostHog CDN: ${pattern}`,
          minTtl: Duration.seconds(0),
          defaultTtl: Duration.seconds(0),
          maxTtl: Duration.days(365),
          headerBehavior: CacheHeaderBehavior.allowList(...headers),
          cookieBehavior: CacheCookieBehavior.none(),
          queryStringBehavior: CacheQueryStringBehavior.all(),
          enableAcceptEncodingBrotli: true,
          enableAcceptEncodingGzip: true,
        }),
        compress: true,
      },
    ]),
  );
}

/**
 * The errors that CloudFront would otherwise cache for ten seconds, without cookies in the key: one client's error would be another's response.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
 */
export const UNCACHED_ERRORS: readonly ErrorResponse[] = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map((httpStatus) => ({
  httpStatus,
  ttl: Duration.seconds(0),
}));
