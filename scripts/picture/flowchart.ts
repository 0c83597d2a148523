import { EVERYTHING_ELSE, Kind, System, Thing, Way } from './system';

/** A frame of the picture, with its contents. */
interface Frame {
  readonly id: string;
  readonly title: string;
  readonly things: readonly Thing[];
}

/** How many members of a frame may lack an arrow that is drawn from the whole frame, with their names on it. */
const EXCEPTIONS = 2;
/** Maximum length of the label on an arrow of the load balancer. */
const LABEL = 32;

/** Draws a system as a flowchart of Mermaid, with names for ids: a picture changes only where the system does. */
export function flowchart({ things, ways }: System): string {
  const frames = framesOf(things, ways);
  const ingress = things.find(({ kind }) => kind === Kind.LOAD_BALANCER);
  const lines = [
    'flowchart LR',
    ...(ingress ? ['  clients(["browsers, SDKs, people"])', `  ${node(ingress)}`, `  clients --> ${idOf(ingress)}`] : []),
    ...frames.flatMap(({ id, title, things: members }) => [`  subgraph ${id}["${title}"]`, ...members.map((thing) => `    ${node(thing)}`), '  end']),
    ...(ingress
      ? ways.filter(({ from }) => from === ingress.id).map((way) => `  ${idOf(ingress)} -- "${pathsOn(way)}" --> ${idOf(thingOf(things, way.to))}`)
      : []),
    ...arrows(frames, ways),
  ];
  return lines.join('\n');
}

function framesOf(things: readonly Thing[], ways: readonly Way[]): Frame[] {
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

/** Draws an arrow for each connection, and a single one for those of a whole frame. */
function arrows(frames: readonly Frame[], ways: readonly Way[]): string[] {
  const goes = (from: Thing, to: Thing) => ways.some((way) => way.from === from.id && way.to === to.id);
  return frames.flatMap((from) =>
    frames.flatMap((to) => {
      // Mermaid draws no arrow between a frame and its contents.
      const canMerge = from !== to;
      const everywhere = from.things.filter((caller) => canMerge && to.things.length > 1 && to.things.every((target) => goes(caller, target)));
      if (everywhere.length > 1 && everywhere.length === from.things.length) {
        return [`  ${from.id} ==> ${to.id}`];
      }
      return [
        ...everywhere.map((caller) => `  ${idOf(caller)} ==> ${to.id}`),
        ...to.things.flatMap((target) => {
          const callers = from.things.filter((thing) => goes(thing, target));
          const rest = from.things.filter((thing) => !callers.includes(thing));
          if (canMerge && callers.length > 1 && rest.length <= EXCEPTIONS && rest.length * 2 < callers.length) {
            return [`  ${from.id} ${rest.length > 0 ? `== "but for ${rest.map(({ name }) => name).join(', ')}" ` : ''}==> ${idOf(target)}`];
          }
          return callers.filter((caller) => !everywhere.includes(caller)).map((caller) => `  ${idOf(caller)} --> ${idOf(target)}`);
        }),
      ];
    }),
  );
}

function node(thing: Thing): string {
  const lines = [thing.name, [thing.service, thing.ports.length > 0 ? `:${thing.ports.join(' :')}` : undefined].filter(Boolean).join(' ')].filter(
    Boolean,
  );
  const [open, close] = {
    [Kind.LOAD_BALANCER]: ['{{', '}}'],
    [Kind.PROCESS]: ['[', ']'],
    [Kind.ONCE]: ['[[', ']]'],
    [Kind.SCHEDULED]: ['[[', ']]'],
    [Kind.STORE]: ['[(', ')]'],
  }[thing.kind];
  return `${idOf(thing)}${open}"${lines.join('<br/>')}"${close}`;
}

function idOf({ kind, name }: Thing): string {
  return `${kind}_${name.replaceAll(/[^A-Za-z0-9]+/g, '_')}`;
}

/** The shortest paths first: those that people know. */
function pathsOn({ paths = [] }: Way): string {
  const sorted = [...paths].sort((a, b) => Number(b === EVERYTHING_ELSE) - Number(a === EVERYTHING_ELSE) || a.length - b.length || (a < b ? -1 : 1));
  const shown = sorted.filter((_, index) => index === 0 || sorted.slice(0, index + 1).join(' ').length <= LABEL);
  return [...shown, ...(shown.length < sorted.length ? ['…'] : [])].join(' ');
}

function thingOf(things: readonly Thing[], id: string): Thing {
  return things.find((thing) => thing.id === id)!;
}
