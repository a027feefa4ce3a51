/** A view on a page, and the hands that use it. */
import { mount } from '../src/core/view';
import type { Reply } from '../src/core/host';
import { FakeHost, settle, type Json } from './sample';

export type Answers = Record<string, Reply | ((args: Json) => Reply | Promise<Reply>)>;

export class Page {
  readonly place = document.createElement('div');
  readonly host: FakeHost;
  readonly leave: () => void;

  constructor(snapshot: Json, answers: Answers | null = {}) {
    document.body.replaceChildren(this.place);
    const answer = async (command: string, args: Json | undefined): Promise<Reply> => {
      const known = answers?.[command] ?? { ok: true };
      return typeof known === 'function' ? known(args ?? {}) : known;
    };
    this.host = new FakeHost(snapshot, answers === null ? null : answer);
    this.leave = mount(this.place, this.host);
  }

  find<E extends HTMLElement>(selector: string): E {
    const node = this.place.querySelector<E>(selector);
    if (node === null) {
      throw new Error(`no ${selector} in ${this.place.textContent}`);
    }
    return node;
  }

  texts(selector: string): string[] {
    return [...this.place.querySelectorAll(selector)].map(node => node.textContent ?? '');
  }

  async click(selector: string): Promise<void> {
    this.find(selector).dispatchEvent(new MouseEvent('click', { bubbles: true }));
    await settle();
  }

  async press(key: string, more: KeyboardEventInit = {}, node: Element = document.activeElement!): Promise<void> {
    node.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
    await settle();
  }

  async type(text: string): Promise<void> {
    const input = this.find<HTMLInputElement>('.srk-input');
    input.value = text;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await settle();
  }
}
