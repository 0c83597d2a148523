import { IPostgres } from './postgres-base';
import { invalidValue } from '../../private/errors';

/** The optional attributes of an imported server. */
type Attribute = 'credentials' | 'host' | 'cyclotronUrlSecret' | 'nodeCyclotronUrlSecret';

/**
 * Returns an attribute of a server. Throws if it is undefined.
 *
 * @param postgres the server
 * @param attribute the property
 * @param user the component that needs it, with a reason ("temporal, which does not support connection URLs")
 */
export function requireAttribute<Name extends Attribute>(postgres: IPostgres, attribute: Name, user: string): NonNullable<IPostgres[Name]> {
  const value = postgres[attribute];
  if (value === undefined) {
    throw invalidValue(attribute, `of the PostgreSQL server is required for ${user}`, value, 'pass it to Postgres.fromPostgresAttributes()');
  }
  return value;
}
