/** What a place that shows a result offers to the view; the view knows nothing of Jupyter. */

export type Reply = Readonly<Record<string, unknown>>;

export interface Host {
  /** The newest snapshot, not yet validated. */
  get(): unknown;
  /** Calls back after every change of the snapshot, of `call` or of `interrupt`. */
  onChange(callback: () => void): () => void;
  /** Asks the search behind the result; absent while no kernel answers for it. */
  readonly call?: ((command: string, args?: Record<string, unknown>) => Promise<Reply>) | undefined;
  /** Interrupts the kernel, for a search that does not answer. */
  readonly interrupt?: (() => Promise<void>) | undefined;
}
