import { HealthCheck } from '../process-definition';

/** The Rust services answer `/_readiness` at once, or are broken. */
export const RUST_HEALTH_CHECK: HealthCheck = { path: '/_readiness', interval: 10, timeout: 5, unhealthyThreshold: 3 };
