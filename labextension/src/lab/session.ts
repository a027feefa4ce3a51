/** The line to one search that runs in a kernel, however many outputs show it. */
import type { Reply } from '../core/host';

/** The part of a comm that is used; JupyterLab's has more. */
export interface Comm {
  onMsg: (message: { readonly content: { readonly data: unknown } }) => void;
  onClose: (message: unknown) => void;
  open(data?: unknown): unknown;
  send(data: unknown): unknown;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Answers of the kernel reach every window that shows the notebook, so the numbers of the
 * questions start at a place of their own in each window.
 */
let questions = Math.floor(Math.random() * 2 ** 40);

export class Session {
  private latest: unknown = undefined;
  private open = true;
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly comm: Comm,
    readonly interrupt: () => Promise<void>
  ) {
    comm.onMsg = message => this.receive(message.content.data);
    comm.onClose = () => this.end();
  }

  /** Whether the kernel answers: not before its first message, not after its end. */
  get isLive(): boolean {
    return this.open && this.latest !== undefined;
  }

  get isOpen(): boolean {
    return this.open;
  }

  /** The newest snapshot; kept after the end, for it is newer than the saved one. */
  get snapshot(): unknown {
    return this.latest;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  call(command: string, args: Record<string, unknown> = {}): Promise<Reply> {
    if (!this.open) {
      return Promise.reject(new Error('The kernel is gone; run the cell again.'));
    }
    const id = ++questions;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.comm.send({ id, cmd: command, ...args });
    });
  }

  receive(data: unknown): void {
    if (typeof data !== 'object' || data === null) {
      return;
    }
    const message = data as Reply;
    if (message.re !== undefined) {
      this.waiting.get(message.re as number)?.resolve(message);
      this.waiting.delete(message.re as number);
    } else if (message.snapshot !== undefined) {
      this.latest = message.snapshot;
      this.tell();
    }
  }

  /** The kernel has closed the line, or is gone itself. */
  end(): void {
    if (!this.open) {
      return;
    }
    this.open = false;
    this.waiting.forEach(({ reject }) => reject(new Error('The kernel ended before it answered.')));
    this.waiting.clear();
    this.tell();
  }

  private tell(): void {
    [...this.listeners].forEach(listener => listener());
  }
}
