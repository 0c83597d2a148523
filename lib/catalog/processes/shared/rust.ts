import { HealthCheck, Probe } from '../../process-definition';

/** The health check of Rust services: healthy ones respond on `/_readiness` immediately. */
export const RUST_HEALTH_CHECK: HealthCheck = { path: '/_readiness', interval: 10, timeout: 5, unhealthyThreshold: 3 };

/** Returns the container health check of a Rust service. The images have curl (rust/Dockerfile). */
export function rustProbe(port: number): Probe {
  return { command: `curl --fail --silent --max-time 4 http://127.0.0.1:${port}/_liveness`, startPeriod: 60 };
}
