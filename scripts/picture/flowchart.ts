import { Frame, framesOf, pathsOn } from './frames';
import { Kind, System, Thing, Way } from './system';

/** How many members of a frame may lack an arrow that is drawn from the whole frame, with their names on it. */
const EXCEPTIONS = 2;

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

function thingOf(things: readonly Thing[], id: string): Thing {
  return things.find((thing) => thing.id === id)!;
}
