import django from '../../contract/upstream-django-routes.json';
import upstream from '../../contract/upstream-routes.json';
import { NO_VIEW, VIEWS } from '../../contract/endpoint-views';
import { PostHogProcess, PublicEndpoint } from '../../../lib';
import { EndpointGroup } from '../../../lib/catalog/endpoints/endpoint-group';
import { patternsOf } from '../../../lib/ingress/routing/path-pattern';
import { globMatches } from '../../../cli/alb/evaluate';

const ROUTES = (django.routes as [regex: string, view: string][]).map(([regex, view]) => ({ regex: new RegExp(regex, 's'), view, source: regex }));

/** The views of Django for PostHog's own processes and operators. */
const INTERNAL_VIEWS: ReadonlySet<string> = new Set(
  ROUTES.filter(({ source }) => /(^|[^a-z])internal\/|_stats|_metrics/.test(source.replaceAll('\\', ''))).map(({ view }) => view),
);

/** Remembers the result for each path: many modes try the same ones. */
function remembered<T>(of: (path: string) => T): (path: string) => T {
  const known = new Map<string, T>();
  return (path) => {
    if (!known.has(path)) {
      known.set(path, of(path));
    }
    return known.get(path)!;
  };
}

/** The view of Django that answers a path, which begins with a slash. */
export const viewOf = remembered((path): string | undefined => {
  const rest = path.slice(1);
  return ROUTES.find(({ regex }) => regex.test(rest))?.view;
});

/** The process that PostHog's own proxy forwards a path to. */
export const processBehindProxy = remembered((path): string => {
  return upstream.routes.find(({ paths }) => paths.some((pattern) => pattern !== '/*' && globMatches(pattern, path)))?.process ?? PostHogProcess.WEB;
});

/** The public endpoints of Django with some groups open. */
export interface DjangoEndpoints {
  /** Returns whether Django answers a path with a view that is not meant by a public endpoint. */
  readonly isLeak: (path: string) => boolean;
}

/** Paths of the table that July's Django does not have yet. It answers them with the redirect to the page for signing in. */
const NEWER = ['/webhooks/stamphog/github', '/webhooks/workflows/ses-events', '/.well-known/http-message-signatures-directory'];

/** Returns what Django answers at public endpoints, of which some groups are open. Behind a proxy, that is also flags with an API key. */
export function djangoEndpoints(groups: readonly EndpointGroup[]): DjangoEndpoints {
  const rows = PublicEndpoint.all()
    .filter(({ group }) => groups.includes(group))
    .map((endpoint) => {
      const { globs = [], regexes = [] } = patternsOf([endpoint]);
      return { endpoint, globs, regexes: regexes.map((regex) => new RegExp(regex)) };
    });
  const rowOf = (path: string) =>
    rows.find(({ globs, regexes }) => globs.some((glob) => globMatches(glob, path)) || regexes.some((regex) => regex.test(path)));
  return {
    isLeak: (path) => {
      const view = viewOf(path);
      const row = rowOf(path)?.endpoint;
      // Without a row, any view is one too many: the list of routes leaves out those of routers, which look like no view.
      return row === undefined || view === undefined
        ? view !== undefined
        : ![...NO_VIEW, ...(VIEWS[row.path] ?? [])].includes(view) && !NEWER.includes(path.replace(/\/$/, ''));
    },
  };
}

/** Returns whether a view for PostHog's own processes or operators answers a path. */
export function isInternal(path: string): boolean {
  return INTERNAL_VIEWS.has(viewOf(path) ?? '');
}
