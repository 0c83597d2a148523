/** A child of an element. */
export type Child = Node | string | undefined;

/** Attributes by name. Undefined and false ones are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const SVG = 'http://www.w3.org/2000/svg';

/** Creates an element. Text becomes text, never markup: data of clients is shown as they sent it. */
export function element<K extends keyof HTMLElementTagNameMap>(name: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  return filled(document.createElement(name), attributes, children);
}

/** Creates an SVG element. */
export function drawn<K extends keyof SVGElementTagNameMap>(name: K, attributes: Attributes = {}, ...children: Child[]): SVGElementTagNameMap[K] {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled<T extends Element>(target: T, attributes: Attributes, children: Child[]): T {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      target.setAttribute(name, value === true ? '' : String(value));
    }
  }
  target.append(...children.filter((child) => child !== undefined));
  return target;
}

/** Returns the element with an id, which must be in the page's markup. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`the page has no element #${id}`);
  }
  return found as T;
}

/** Returns a path that can wrap after each separator. */
export function breakable(path: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const part of path.split(/(?<=[/?&,])/)) {
    fragment.append(part, document.createElement('wbr'));
  }
  return fragment;
}
