import { effect } from "@preact/signals-core";

type Value = string | number | boolean | undefined;
type Child = Node | string | (() => string);

/** Attributes by name; a function is read again whenever a signal it reads changes. `value` and `checked` are set as properties. */
export interface Attributes {
  readonly [name: string]: Value | (() => Value);
}

type Listeners = { readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };

/** An element with its attributes and children; text given as a function follows the signals it reads. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") effect(() => setAttribute(element, name, value()));
    else setAttribute(element, name, value);
  }
  for (const child of children) element.append(typeof child === "function" ? liveText(child) : child);
  return element;
}

/** The same element, listening. */
export function on<E extends HTMLElement>(element: E, listeners: Listeners): E {
  for (const [type, listener] of Object.entries(listeners)) element.addEventListener(type, listener as EventListener);
  return element;
}

/** An icon of one path in a 24x24 box, in the colour of the text around it; its meaning is said by that text. */
export function icon(path: string): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

function setAttribute(element: HTMLElement, name: string, value: Value): void {
  if (
    name === "value" &&
    (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement)
  ) {
    // Only where it differs: setting it moves the caret.
    if (element.value !== String(value ?? "")) element.value = String(value ?? "");
  } else if (name === "checked" && element instanceof HTMLInputElement) {
    element.checked = value === true;
  } else if (value === undefined || value === false) {
    element.removeAttribute(name);
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

function liveText(read: () => string): Text {
  const text = document.createTextNode("");
  effect(() => {
    text.data = read();
  });
  return text;
}
