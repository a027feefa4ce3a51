/** Builders of DOM nodes. Text only ever becomes text nodes, so nothing in it can be markup. */

type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;
type Child = Node | string | null;

const SVG = 'http://www.w3.org/2000/svg';
const MATHML = 'http://www.w3.org/1998/Math/MathML';

export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS(SVG, tag) as SVGElementTagNameMap[K], attributes, children);
}

export function math(tag: string, attributes: Attributes = {}, ...children: Child[]): Element {
  return fill(document.createElementNS(MATHML, tag), attributes, children);
}

/** Replaces the children only when they differ as text, so that a screen reader stays quiet. */
export function setText(node: Element, value: string): void {
  if (node.textContent !== value) {
    node.textContent = value;
  }
}

/** Sets the attribute, or removes it when the value is false, null or undefined. */
export function setAttribute(node: Element, name: string, value: Attributes[string]): void {
  if (value === false || value === null || value === undefined) {
    node.removeAttribute(name);
  } else {
    node.setAttribute(name, value === true ? '' : String(value));
  }
}

function fill<E extends Element>(node: E, attributes: Attributes, children: Child[]): E {
  for (const name in attributes) {
    setAttribute(node, name, attributes[name]);
  }
  node.append(...children.filter(child => child !== null));
  return node;
}
