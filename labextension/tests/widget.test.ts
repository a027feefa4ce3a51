import { describe, expect, it, vi } from 'vitest';

import widget, { hostOf, type Model } from '../src/widget';
import { snapshot, type Json } from './sample';

class FakeModel implements Model {
  readonly sent: Json[] = [];
  readonly listeners = new Map<string, Set<(message: unknown) => void>>();
  comm_live = true;
  value: unknown = snapshot();

  get(): unknown {
    return this.value;
  }

  on(event: string, callback: (message: unknown) => void): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(callback));
  }

  off(event: string, callback: (message: unknown) => void): void {
    this.listeners.get(event)?.delete(callback);
  }

  send(message: unknown): void {
    this.sent.push(message as Json);
  }

  fire(event: string, message?: unknown): void {
    [...(this.listeners.get(event) ?? [])].forEach(listener => listener(message));
  }
}

describe('the widget', () => {
  it('shows the snapshot of its model and follows it', () => {
    const [model, el] = [new FakeModel(), document.createElement('div')];
    const end = widget.render({ model, el });
    expect(el.querySelector('.srk-formula')?.textContent).toBe('P ~ a');
    model.value = snapshot({ formula: 'P ~ b' });
    model.fire('change:snapshot');
    expect(el.querySelector('.srk-formula')?.textContent).toBe('P ~ b');
    end();
    expect([...model.listeners.values()].every(listeners => listeners.size === 0)).toBe(true);
  });

  it('asks through custom messages', async () => {
    const model = new FakeModel();
    const answer = hostOf(model).call!('score', { text: 'a' });
    expect(model.sent[0]).toMatchObject({ cmd: 'score', text: 'a' });
    model.fire('msg:custom', null);
    model.fire('msg:custom', { re: 'another' });
    model.fire('msg:custom', { re: model.sent[0]!.id, ok: true });
    expect(await answer).toMatchObject({ ok: true });
    expect(model.listeners.get('msg:custom')?.size).toBe(0);
  });

  it('has nobody to ask once its kernel is gone', () => {
    const model = new FakeModel();
    const host = hostOf(model);
    model.comm_live = false;
    expect(host.call).toBeUndefined();
    expect(host.interrupt).toBeUndefined();
  });

  it('interrupts the kernel of its manager', async () => {
    const interrupt = vi.fn(async () => undefined);
    const model = Object.assign(new FakeModel(), { widget_manager: { kernel: { interrupt } } });
    await hostOf(model).interrupt?.();
    expect(interrupt).toHaveBeenCalledTimes(1);
  });
});
