/** The view on a page that is empty before each test. */
import { afterEach, beforeEach, vi } from 'vitest';

import { mount } from '../src/core/view';
import { FakeHost } from './sample';

export const place = document.createElement('div');
export let unmount: () => void = () => undefined;

/** To be called once by a file of tests. */
export function onAnEmptyPage(): void {
  beforeEach(() => {
    place.replaceChildren();
    document.body.replaceChildren(place);
  });
  afterEach(() => {
    unmount();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}

export function show(value: unknown, answer: ConstructorParameters<typeof FakeHost>[1] = null): FakeHost {
  const host = new FakeHost(value, answer);
  unmount = mount(place, host);
  return host;
}

export function find<E extends Element = HTMLElement>(selector: string): E {
  const node = place.querySelector<E>(selector);
  if (node === null) {
    throw new Error(`no ${selector} in ${place.textContent}`);
  }
  return node;
}

export function texts(selector: string): string[] {
  return [...place.querySelectorAll(selector)].map(node => node.textContent ?? '');
}
