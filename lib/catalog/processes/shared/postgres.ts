import { PostgresContext } from '../../process-context';
import { invalidProp } from '../../../private/errors';

/** Returns the server as migrations connect to it: with the login that owns the tables. */
export function forMigrations(postgres: PostgresContext): PostgresContext {
  const { port, tls, urlSecret, personsUrlSecret, nodeUrlSecret, nodePersonsUrlSecret, ownerUrlSecret, personsOwnerUrlSecret } = postgres;
  return {
    port,
    tls,
    urlSecret: ownerUrlSecret ?? urlSecret,
    personsUrlSecret: personsOwnerUrlSecret ?? personsUrlSecret,
    nodeUrlSecret,
    nodePersonsUrlSecret,
  };
}

/** The optional attributes of an imported server. */
type Attribute = 'credentials' | 'host' | 'cyclotronUrlSecret' | 'nodeCyclotronUrlSecret';

/**
 * Returns an attribute of a server. Throws if it is undefined.
 *
 * @param postgres the server
 * @param attribute the property
 * @param user the component that needs it, with a reason ("temporal, which does not support connection URLs")
 */
export function requireAttribute<Name extends Attribute>(
  postgres: PostgresContext,
  attribute: Name,
  user: string,
): NonNullable<PostgresContext[Name]> {
  const value = postgres[attribute];
  if (value === undefined) {
    throw invalidProp(attribute, `of the PostgreSQL server is required for ${user}`, 'pass it to Postgres.fromPostgresAttributes()');
  }
  return value;
}
