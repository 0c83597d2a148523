import { IPostgres } from './postgres';
import { rejected } from '../../private/errors';

/** What nobody knows of a server that somebody runs, unless they say it. */
type Fact = 'credentials' | 'host' | 'cyclotronUrlSecret' | 'nodeCyclotronUrlSecret';

/**
 * What something must know of a server. Throws where it is not known.
 *
 * @param postgres the server
 * @param fact the property
 * @param who what needs it and why, as the rest of a sentence ("temporal, which takes no connection URL")
 */
export function requireAttribute<Name extends Fact>(postgres: IPostgres, fact: Name, who: string): NonNullable<IPostgres[Name]> {
  const value = postgres[fact];
  if (value === undefined) {
    throw rejected(fact, `must be known of the PostgreSQL server for ${who}`, value, 'give it to Postgres.fromPostgresAttributes()');
  }
  return value;
}
