/**
 * The maximum of connections: one for each 9.5 MB of memory, which is the formula of RDS without its limit of 5,000, but at least 400: PostHog has
 * some thirty processes with pools of about ten.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html (maximum number of database connections)
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html (a function takes formulas and integers)
 */
const MAX_CONNECTIONS = 'GREATEST({DBInstanceClassMemory/9531392},400)';

/** Returns the parameters of the server that differ from the defaults of RDS. */
export function postgresParameters(maxConnections = MAX_CONNECTIONS): Record<string, string> {
  return {
    // The default since version 15. It prevents connections without TLS, so it is explicit.
    'rds.force_ssl': '1',
    'max_connections': maxConnections,
  };
}
