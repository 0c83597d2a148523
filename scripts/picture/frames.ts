import { EVERYTHING_ELSE, Kind, Thing, Way } from './system';

/** A frame of the picture, with its contents. */
export interface Frame {
  readonly id: string;
  readonly title: string;
  readonly things: readonly Thing[];
}

/** Maximum length of the paths of a process. */
const MAX_PATHS = 32;

/** Sorts everything but the load balancer into frames. */
export function framesOf(things: readonly Thing[], ways: readonly Way[]): Frame[] {
  const ingresses = things.filter(({ kind }) => kind === Kind.LOAD_BALANCER).map(({ id }) => id);
  const web = things.find(({ name }) => name === 'web');
  const kafka = things.find(({ kind, name }) => kind === Kind.STORE && name === 'Kafka');
  const goes = (from: readonly string[], to?: string) => ways.some((way) => from.includes(way.from) && way.to === to);
  const others = (thing: Thing) =>
    things
      .filter(({ kind }) => kind === Kind.PROCESS)
      .map(({ id }) => id)
      .filter((id) => id !== thing.id);
  const frameOf = (thing: Thing): string => {
    if (thing.kind !== Kind.PROCESS) {
      return thing.kind;
    }
    if (thing.image === web?.image) {
      return 'app';
    }
    if (goes(ingresses, thing.id)) {
      return 'answering';
    }
    return goes([thing.id], kafka?.id) && !goes(others(thing), thing.id) ? 'background' : 'inside';
  };
  const titles = [
    ['answering', 'serves clients'],
    ['app', 'the app'],
    ['background', 'works in the background'],
    ['inside', 'called by the others'],
    [Kind.ONCE, 'runs once in a deployment'],
    [Kind.SCHEDULED, 'runs on a schedule'],
    [Kind.STORE, 'stores'],
  ];
  return titles
    .map(([id, title]) => ({ id: `in_${id}`, title, things: things.filter((thing) => thing.kind !== Kind.LOAD_BALANCER && frameOf(thing) === id) }))
    .filter(({ things: members }) => members.length > 0);
}

/** Returns the paths that are forwarded, shortest first: those that people know. */
export function pathsOn({ paths = [] }: Way): string {
  const sorted = [...paths].sort((a, b) => Number(b === EVERYTHING_ELSE) - Number(a === EVERYTHING_ELSE) || a.length - b.length || (a < b ? -1 : 1));
  const shown = sorted.filter((_, index) => index === 0 || sorted.slice(0, index + 1).join(' ').length <= MAX_PATHS);
  return [...shown, ...(shown.length < sorted.length ? ['…'] : [])].join(' ');
}
