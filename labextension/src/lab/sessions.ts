/** The sessions of all kernels that this window knows: one line for each search. */
import { Session, type Comm } from './session';

export const TARGET = 'sr_kernel';

/** The part of a kernel connection that is used; JupyterLab's has more. */
export interface Kernel {
  readonly id: string;
  readonly isDisposed: boolean;
  createComm(target: string): Comm;
  registerCommTarget(
    target: string,
    callback: (comm: Comm, open: { readonly content: { readonly data: unknown } }) => void
  ): void;
  interrupt(): Promise<void>;
  readonly statusChanged: { connect(slot: (sender: unknown, status: string) => void): unknown };
  readonly disposed: { connect(slot: () => void): unknown };
}

/** One search of a kernel, by the key that its outputs carry. */
export interface Discovery {
  readonly key: string;
  readonly session: Session;
}

/** After these the processes of a kernel, and with them its searches, are other ones or none. */
const ENDS = new Set(['restarting', 'autorestarting', 'terminating', 'dead']);

export class Sessions {
  private readonly known = new Map<string, Session>();
  private readonly greeted = new WeakSet<Kernel>();
  private readonly kernelOf = new Map<string, Kernel>();
  private readonly listeners = new Set<(key: string) => void>();
  private readonly watchers = new Set<() => void>();

  /** Lets the kernel open lines to its searches; doing it twice changes nothing. */
  greet(kernel: Kernel): void {
    if (this.greeted.has(kernel)) {
      return;
    }
    this.greeted.add(kernel);
    kernel.registerCommTarget(TARGET, (comm, open) => this.accept(kernel, comm, open.content.data));
    kernel.statusChanged.connect((_, status) => ENDS.has(status) && this.forget(kernel));
    kernel.disposed.connect(() => this.forget(kernel));
  }

  get(key: string): Session | undefined {
    return this.known.get(key);
  }

  /** Called with the key whenever another session takes it. */
  onOpened(listener: (key: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The searches of a kernel that it has told of, the newest first. */
  of(kernelId: string): Discovery[] {
    return [...this.kernelOf]
      .filter(([key, kernel]) => kernel.id === kernelId && this.known.get(key)?.snapshot !== undefined)
      .map(([key]) => ({ key, session: this.known.get(key)! }))
      .reverse();
  }

  /** Called after every change of any session, and whenever there is another one or one less. */
  onChange(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /**
   * Asks the kernel for a search it may still hold, as after a reload of the page.
   *
   * Asks once: a kernel that closed the line does not know the search and never will again.
   */
  ask(kernel: Kernel, key: string): void {
    if (this.kernelOf.get(key)?.id === kernel.id || kernel.isDisposed) {
      return;
    }
    const comm = kernel.createComm(TARGET);
    this.adopt(kernel, key, comm);
    comm.open({ session: key });
  }

  private accept(kernel: Kernel, comm: Comm, data: unknown): void {
    const { session, snapshot } = (data ?? {}) as { session?: unknown; snapshot?: unknown };
    if (typeof session === 'string') {
      this.adopt(kernel, session, comm).receive({ snapshot });
    }
  }

  private adopt(kernel: Kernel, key: string, comm: Comm): Session {
    const session = new Session(comm, () => kernel.interrupt());
    this.known.set(key, session);
    this.kernelOf.set(key, kernel);
    session.onChange(() => this.tell());
    this.listeners.forEach(listener => listener(key));
    return session;
  }

  private forget(kernel: Kernel): void {
    for (const [key, owner] of this.kernelOf) {
      if (owner === kernel) {
        this.kernelOf.delete(key);
        this.known.get(key)?.end();
      }
    }
    this.tell();
  }

  private tell(): void {
    [...this.watchers].forEach(watcher => watcher());
  }
}
