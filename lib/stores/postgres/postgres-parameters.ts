/**
 * A connection for each 9.5 MB of memory, which is the formula of RDS without its upper end of 5,000, and no fewer than 400: PostHog's some thirty
 * processes keep pools of about ten.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html (maximum number of database connections)
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html (a function takes formulas and integers)
 */
const MAX_CONNECTIONS = 'GREATEST({DBInstanceClassMemory/9531392},400)';

/** What the server is configured with beyond the defaults of RDS. */
export function postgresParameters(maxConnections = MAX_CONNECTIONS): Record<string, string> {
  return {
    // Version 15 and later have this by default; it is what keeps a connection from being plain, so it is not left to a default.
    'rds.force_ssl': '1',
    'max_connections': maxConnections,
  };
}
