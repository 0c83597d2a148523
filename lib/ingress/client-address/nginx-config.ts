import { DROPPED_HEADERS } from './client-address-headers';
import { BufferedBodies } from '../../catalog/http-servers';

/** The configuration values of the nginx sidecar. Every text may contain unresolved tokens. */
export interface NginxSettings {
  /** The listen directive: a port, or an address and a port. */
  readonly listen: string;
  /** The address of the process, such as `127.0.0.1:8000`. */
  readonly upstream: string;
  /** The trusted blocks, each as CIDR block or address, or several with `BETWEEN_BLOCKS` between them. */
  readonly trusted: readonly string[];
  /** The time for running requests to end after the signal to stop, in seconds. */
  readonly drainSeconds: number;
  /** The one folder that it writes to. */
  readonly folder: string;
  /** The request bodies to read to their end; undefined to stream all. */
  readonly bufferedBodies?: BufferedBodies;
}

/** The container's name. */
export const CLIENT_ADDRESS_CONTAINER = 'client-address';

/** The port of nginx; no process of PostHog listens there. */
export const CLIENT_ADDRESS_PORT = 18080;

/** The separator of blocks that are joined to one text, so that each has a line of its own. */
export const BETWEEN_BLOCKS = ';\n  set_real_ip_from ';

/** A timeout beyond the longest idle timeout of a load balancer, 4,000 seconds, so that nginx never closes a connection that is about to be used. */
const BEYOND_IDLE_TIMEOUT = '4100s';

/**
 * The time after which nginx closes an idle connection to the process, in seconds. It must be shorter than the shortest of `HTTP_SERVERS`, because
 * nginx sends no request again. uWebSockets rounds its 10 seconds to between 8 and 12.
 */
export const UPSTREAM_KEEP_ALIVE_SECONDS = 5;

/** Response headers that nginx would act on, or replace, by default. */
const NGINX_HEADERS = ['X-Accel-Redirect', 'X-Accel-Expires', 'X-Accel-Limit-Rate', 'X-Accel-Buffering', 'X-Accel-Charset'];

/**
 * Returns the configuration of the nginx sidecar, which forwards the verified client IP address to the process.
 *
 * It trusts `X-Forwarded-For` from the trusted blocks only, reads it from the right, and stops at the first address that is not trusted
 * (`real_ip_recursive`). The process gets that one address, and no other header that could contain one. Everything else is forwarded unchanged: the
 * path is not decoded, responses stream without touching a disk, no request is sent twice. Request bodies stream too, or with `bufferedBodies` are
 * read to their end first, from 64 KiB on in a file: a client that stops does not reach the process.
 *
 * Headers may be as large as a load balancer supports: 16 KiB per line, 64 KiB in total.
 *
 * @see https://nginx.org/en/docs/http/ngx_http_realip_module.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html (HTTP headers)
 */
export function nginxConfig({ listen, upstream, trusted, drainSeconds, folder, bufferedBodies }: NginxSettings): string {
  const dropped = DROPPED_HEADERS.flatMap(({ names }) => names);
  return `daemon off;
worker_processes 1;
worker_rlimit_nofile 32768;
worker_shutdown_timeout ${drainSeconds}s;
pid ${folder}/nginx.pid;
error_log stderr warn;
events {
  worker_connections 8192;
}
http {
  access_log off;
  server_tokens off;
  merge_slashes off;
  underscores_in_headers off;
  ignore_invalid_headers on;

${lines(['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind}`))}

  real_ip_header X-Forwarded-For;
  real_ip_recursive on;
${lines(trusted.map((block) => `set_real_ip_from ${block}`))}

  client_header_buffer_size 4k;
  large_client_header_buffers 8 20k;
  client_max_body_size 64m;
  client_body_buffer_size 64k;
  client_body_timeout ${BEYOND_IDLE_TIMEOUT};
  send_timeout ${BEYOND_IDLE_TIMEOUT};
  keepalive_timeout ${BEYOND_IDLE_TIMEOUT};
  keepalive_requests 10000;

  proxy_http_version 1.1;
  proxy_request_buffering off;
  proxy_buffering off;
  proxy_buffer_size 32k;
  proxy_buffers 4 32k;
  proxy_max_temp_file_size 0;
  proxy_connect_timeout 5s;
  proxy_read_timeout ${BEYOND_IDLE_TIMEOUT};
  proxy_send_timeout ${BEYOND_IDLE_TIMEOUT};
  proxy_next_upstream off;
  proxy_redirect off;
  proxy_ignore_headers ${NGINX_HEADERS.join(' ')};
${lines(['Date', 'Server', 'X-Pad', ...NGINX_HEADERS].map((name) => `proxy_pass_header ${name}`))}

  proxy_headers_hash_max_size 1024;
  proxy_headers_hash_bucket_size 128;
  proxy_set_header Connection "";
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Proto https;
  proxy_set_header X-Forwarded-Port 443;
${lines(dropped.map((name) => `proxy_set_header ${name} ""`))}

  upstream process {
    server ${upstream};
    keepalive 256;
    keepalive_timeout ${UPSTREAM_KEEP_ALIVE_SECONDS}s;
  }
  server {
    listen ${listen};
    location / {
${bufferedBodies ? `${bufferingOf(bufferedBodies)}\n` : ''}      proxy_pass http://process;
    }
${(bufferedBodies?.streamedPaths ?? []).map((path) => streamed(path)).join('')}  }
}
`;
}

function bufferingOf({ maxBytes, timeout }: BufferedBodies): string {
  const directives = [`client_max_body_size ${maxBytes}`, `client_body_timeout ${timeout}s`, 'proxy_request_buffering on'];
  return directives.map((directive) => `      ${directive};`).join('\n');
}

function streamed(path: string): string {
  return `    location ~ ${path} {\n      proxy_pass http://process;\n    }\n`;
}

/**
 * Returns the shell script that starts nginx with the configuration in the environment variable NGINX_CONF.
 *
 * nginx ends at once on SIGTERM, and lets running requests finish on SIGQUIT, the stop signal of its images. ECS on Fargate respects a stop
 * signal since December 2025, and sent SIGTERM before. The script therefore handles both as SIGQUIT.
 *
 * @see https://nginx.org/en/docs/control.html
 * @see https://aws.amazon.com/about-aws/whats-new/2025/12/amazon-ecs-custom-container-stop-signals-fargate/
 * @param folder the one folder that nginx writes to
 */
export function nginxScript(folder: string): string {
  return [
    'set -e',
    `printf %s "$NGINX_CONF" > ${folder}/nginx.conf`,
    'trap \'kill -QUIT "$nginx"\' TERM QUIT',
    `nginx -e stderr -c ${folder}/nginx.conf &`,
    'nginx=$!',
    // A signal interrupts the first wait, not nginx.
    'while status=0; wait "$nginx" || status=$?; kill -0 "$nginx" 2>/dev/null; do :; done',
    'exit "$status"',
  ].join('\n');
}

function lines(directives: readonly string[]): string {
  return directives.map((directive) => `  ${directive};`).join('\n');
}
