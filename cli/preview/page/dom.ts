/** What may stand inside of an element. */
export type Child = Node | string | undefined;

/** Attributes by name; those that are undefined or false are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const SVG = 'http://www.w3.org/2000/svg';

/** Makes an element. Text becomes text, never markup: what visitors send is shown as they sent it. */
export function element<K extends keyof HTMLElementTagNameMap>(name: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  return filled(document.createElement(name), attributes, children);
}

/** Makes an element of a picture. */
export function drawn<K extends keyof SVGElementTagNameMap>(name: K, attributes: Attributes = {}, ...children: Child[]): SVGElementTagNameMap[K] {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled<T extends Element>(made: T, attributes: Attributes, children: Child[]): T {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? '' : String(value));
    }
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** The element with an id, which the page's markup has. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`the page has no element #${id}`);
  }
  return found as T;
}

/** A path with places where it may break: after each slash. */
export function breakable(path: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const part of path.split(/(?<=[/?&,])/)) {
    fragment.append(part, document.createElement('wbr'));
  }
  return fragment;
}
