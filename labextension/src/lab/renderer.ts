/** One output in a notebook: the saved snapshot at first, the live search when a kernel has it. */
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';

import type { Host } from '../core/host';
import { mount } from '../core/view';
import type { Session } from './session';
import type { Sessions } from './sessions';

export const MIME = 'application/vnd.sr-kernel+json';

export class Renderer extends Widget implements IRenderMime.IRenderer {
  private saved: unknown = null;
  private key: string | null = null;
  private session: Session | undefined;
  private unmount: (() => void) | null = null;
  private readonly listeners = new Set<() => void>();
  private readonly ends: (() => void)[] = [];
  private offSession: (() => void) | null = null;

  constructor(
    private readonly sessions: Sessions,
    private readonly panel: NotebookPanel | null
  ) {
    super();
    this.addClass('srk-output');
    this.ends.push(sessions.onOpened(key => key === this.key && this.follow()));
    if (panel !== null) {
      const changed = (): void => this.connect();
      panel.sessionContext.kernelChanged.connect(changed);
      this.ends.push(() => panel.sessionContext.kernelChanged.disconnect(changed));
    }
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.saved = model.data[MIME];
    this.key = sessionKey(this.saved);
    this.connect();
    this.follow();
    this.unmount ??= mount(this.node, this.host());
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.unmount?.();
    this.offSession?.();
    this.ends.forEach(end => end());
    this.listeners.clear();
    super.dispose();
  }

  private host(): Host {
    const live = (): Session | undefined => (this.session?.isLive ? this.session : undefined);
    return {
      get: () => this.session?.snapshot ?? this.saved,
      onChange: callback => {
        this.listeners.add(callback);
        return () => this.listeners.delete(callback);
      },
      get call(): Host['call'] {
        const session = live();
        return session && ((command, args) => session.call(command, args));
      },
      get interrupt() {
        return live()?.interrupt;
      }
    };
  }

  private connect(): void {
    const kernel = this.panel?.sessionContext.session?.kernel;
    if (kernel && this.key !== null) {
      this.sessions.greet(kernel);
      this.sessions.ask(kernel, this.key);
    }
  }

  /** Shows the session that has the key now; an earlier kernel may have had it before. */
  private follow(): void {
    const session = this.key === null ? undefined : this.sessions.get(this.key);
    if (session !== this.session) {
      this.offSession?.();
      this.session = session;
      this.offSession = session?.onChange(() => this.changed()) ?? null;
    }
    this.changed();
  }

  private changed(): void {
    [...this.listeners].forEach(listener => listener());
  }
}

function sessionKey(saved: unknown): string | null {
  const key = typeof saved === 'object' && saved !== null ? (saved as { session?: unknown }).session : null;
  return typeof key === 'string' && /^[\w-]{1,64}$/.test(key) ? key : null;
}
