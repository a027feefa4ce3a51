/** Snapshots as a kernel sends them, and a host that stands for one. */
import type { Host, Reply } from '../src/core/host';

export type Json = Record<string, unknown>;

export function law(id: string, complexity: number, loss: number | null, changes: Json = {}): Json {
  return {
    id,
    complexity,
    loss,
    r2: 0.99,
    score: 1,
    equation: `a**${complexity}`,
    latex: `a^{${complexity}}`,
    tree: ['pow', 'a', complexity],
    parameters: [],
    conditions: [],
    ...changes
  };
}

export function snapshot(changes: Json = {}): Json {
  return {
    version: 1,
    session: 'abc123',
    formula: 'P ~ a',
    target: 'P',
    data: 'planets',
    variables: ['a'],
    rows: 8,
    dropped: 0,
    status: 'finished',
    stop_reason: 'time',
    elapsed: 10,
    time_limit: 10,
    candidates: 1000,
    distinct: 200,
    best: 'two',
    warnings: [],
    message: null,
    front: [law('one', 1, 100), law('two', 3, 1e-5), law('three', 7, 1e-6)],
    edits: [],
    ...changes
  };
}

export function guide(changes: Json = {}): Json {
  return {
    source: 'guide 1',
    used: true,
    reason: 'it was sure of its columns',
    seconds: 0.021,
    operators: [['sin', 0.93], ['pow', 0.6], ['exp', 0.04]],
    columns: [['a', 0.98], ['b', 0.001]],
    pairs: [['a', 'b', 0.3]],
    size: 9.2,
    noise: 0.01,
    length: 41.5,
    peels: [['log(P)', 0.61], ['P/a', 0.02]],
    ...changes
  };
}

/** A host whose snapshot can be changed and whose kernel can be taken away. */
export class FakeHost implements Host {
  readonly calls: [string, Json | undefined][] = [];
  interrupts = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    private value: unknown,
    private answer: ((command: string, args: Json | undefined) => Promise<Reply>) | null = null
  ) {}

  get(): unknown {
    return this.value;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get call(): Host['call'] {
    const answer = this.answer;
    return answer === null
      ? undefined
      : (command, args) => {
          this.calls.push([command, args]);
          return answer(command, args);
        };
  }

  readonly interrupt = async (): Promise<void> => {
    this.interrupts++;
  };

  get watched(): boolean {
    return this.listeners.size > 0;
  }

  show(value: unknown): void {
    this.value = value;
    this.listeners.forEach(listener => listener());
  }

  findKernel(answer: (command: string, args: Json | undefined) => Promise<Reply>): void {
    this.answer = answer;
    this.listeners.forEach(listener => listener());
  }

  loseKernel(): void {
    this.answer = null;
    this.listeners.forEach(listener => listener());
  }
}

/** Lets promises that are already settled go on. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await Promise.resolve();
  }
}
