import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { RATE_WINDOW, STATEMENT_CAPACITY } from './managed-rules';

/** A statement of a rule, with its web ACL capacity units. */
export interface Statement {
  readonly statement: CfnWebACL.StatementProperty;
  readonly capacity: number;
}

/** The transformations of a path: it is decoded and its dot segments are resolved, so that `/static/../login` is no file of an SDK. */
const PATH_TRANSFORMATIONS = ['URL_DECODE', 'NORMALIZE_PATH'];

/** Matches a regular expression against a part of a request. */
function regex(regexString: string, fieldToMatch: CfnWebACL.FieldToMatchProperty, transformations: readonly string[]): Statement {
  const textTransformations = transformations.map((type, priority) => ({ type, priority }));
  return {
    statement: {
      regexMatchStatement: {
        regexString,
        fieldToMatch,
        textTransformations: textTransformations.length > 0 ? textTransformations : [{ type: 'NONE', priority: 0 }],
      },
    },
    capacity: STATEMENT_CAPACITY.regexMatch + transformations.length * STATEMENT_CAPACITY.textTransformation,
  };
}

/** Matches the path of a request, by a regular expression. */
export function path(regexString: string): Statement {
  return regex(regexString, { uriPath: {} }, PATH_TRANSFORMATIONS);
}

/** Matches the path of a request as the client sends it and as it is read. An encoded slash is none for the load balancer. */
export function plainPath(regexes: readonly string[]): Statement {
  return allOf(anyOf(regexes.map((one) => regex(one, { uriPath: {} }, []))), anyOf(regexes.map(path)));
}

/** Matches the method of a request. */
export function method(name: string): Statement {
  return regex(`^${name}$`, { method: {} }, []);
}

/** Matches requests for a host name, with or without a port. */
export function host(name: string): Statement {
  return regex(`^${name.replaceAll('.', '\\.')}(:[0-9]+)?$`, { singleHeader: { Name: 'host' } }, ['LOWERCASE']);
}

/** Matches requests that a rule before has labelled. */
export function label(key: string): Statement {
  return { statement: { labelMatchStatement: { scope: 'LABEL', key } }, capacity: STATEMENT_CAPACITY.labelMatch };
}

/** Matches the address of a client, in a header or that of the connection. */
export function addressIn(arn: string, headerName?: string): Statement {
  const ipSetForwardedIpConfig = headerName === undefined ? undefined : { headerName, fallbackBehavior: 'NO_MATCH', position: 'FIRST' };
  return { statement: { ipSetReferenceStatement: { arn, ipSetForwardedIpConfig } }, capacity: STATEMENT_CAPACITY.ipSet };
}

/** Matches requests that are more than a limit in five minutes, by the address of the client, in a header or that of the connection. */
export function moreThan(limit: number, scopeDown: Statement, headerName?: string): Statement {
  return {
    statement: {
      rateBasedStatement: {
        limit,
        evaluationWindowSec: RATE_WINDOW,
        scopeDownStatement: scopeDown.statement,
        ...(headerName === undefined
          ? { aggregateKeyType: 'IP' }
          : { aggregateKeyType: 'FORWARDED_IP', forwardedIpConfig: { headerName, fallbackBehavior: 'NO_MATCH' } }),
      },
    },
    capacity: STATEMENT_CAPACITY.rateBased + scopeDown.capacity,
  };
}

/** Matches what at least one statement matches. */
export function anyOf(statements: readonly Statement[]): Statement {
  return statements.length === 1 ? statements[0] : joined(statements, (all) => ({ orStatement: { statements: all } }));
}

/** Matches what every statement matches. */
export function allOf(...statements: readonly Statement[]): Statement {
  return joined(statements, (all) => ({ andStatement: { statements: all } }));
}

/** Matches what a statement does not match. */
export function not({ statement, capacity }: Statement): Statement {
  return { statement: { notStatement: { statement } }, capacity };
}

function joined(statements: readonly Statement[], join: (all: CfnWebACL.StatementProperty[]) => CfnWebACL.StatementProperty): Statement {
  return { statement: join(statements.map(({ statement }) => statement)), capacity: statements.reduce((sum, { capacity }) => sum + capacity, 0) };
}
