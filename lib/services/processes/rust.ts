import { HealthCheck, Probe } from '../process-definition';

/** The Rust services answer `/_readiness` at once, or are broken. */
export const RUST_HEALTH_CHECK: HealthCheck = { path: '/_readiness', interval: 10, timeout: 5, unhealthyThreshold: 3 };

/** Where every Rust image holds the database of places (rust/Dockerfile). */
export const GEOIP_FILE = '/app/share/GeoLite2-City.mmdb';

/** Asks a Rust service that no load balancer asks. The images hold curl (rust/Dockerfile). */
export function rustProbe(port: number): Probe {
  return { command: `curl --fail --silent --max-time 4 http://127.0.0.1:${port}/_liveness`, startPeriod: 60 };
}
