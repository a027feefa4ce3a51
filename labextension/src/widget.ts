/** The same view for front ends that know anywidget but not this extension. */
import type { Host, Reply } from './core/host';
import { mount } from './core/view';

/** The part of anywidget's model that is used. */
export interface Model {
  get(name: 'snapshot'): unknown;
  on(event: string, callback: (message: unknown) => void): void;
  off(event: string, callback: (message: unknown) => void): void;
  send(message: unknown): void;
  readonly comm_live?: boolean;
  readonly widget_manager?: { readonly kernel?: { interrupt(): Promise<void> } };
}

let questions = Math.floor(Math.random() * 2 ** 40);

export function hostOf(model: Model): Host {
  const kernel = model.widget_manager?.kernel;
  const call = (command: string, args: Record<string, unknown> = {}): Promise<Reply> =>
    new Promise(resolve => {
      const id = ++questions;
      const receive = (message: unknown): void => {
        if ((message as Reply | null)?.re === id) {
          model.off('msg:custom', receive);
          resolve(message as Reply);
        }
      };
      model.on('msg:custom', receive);
      model.send({ id, cmd: command, ...args });
    });
  return {
    get: () => model.get('snapshot'),
    onChange: callback => {
      const events = ['change:snapshot', 'comm_live_update'];
      events.forEach(event => model.on(event, callback));
      return () => events.forEach(event => model.off(event, callback));
    },
    get call() {
      return model.comm_live === false ? undefined : call;
    },
    interrupt: kernel && (() => kernel.interrupt())
  };
}

export default {
  render: ({ model, el }: { model: Model; el: HTMLElement }): (() => void) => mount(el, hostOf(model))
};
