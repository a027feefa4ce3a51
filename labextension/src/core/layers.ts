/**
 * Layers for a drawing of a directed graph: every edge goes down, but those that close a cycle.
 *
 * Longest-path layering with cycles cut by depth-first search, then sweeps that order each layer by
 * the barycentres of its neighbours: K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual
 * understanding of hierarchical system structures", IEEE Trans. SMC 11 (1981).
 */

export type Edges = ReadonlyMap<string, readonly string[]>;

const SWEEPS = 8;

/** Names from the top layer to the bottom one, the root first; each name in one layer. */
export function layersOf(root: string, edges: Edges): string[][] {
  const { order, down } = acyclic(root, edges);
  const depth = new Map(order.map(name => [name, 0]));
  for (const name of order) {
    for (const below of down.get(name) ?? []) {
      depth.set(below, Math.max(depth.get(below)!, depth.get(name)! + 1));
    }
  }
  const layers: string[][] = [];
  order.forEach(name => (layers[depth.get(name)!] ??= []).push(name));
  return ordered(layers, down);
}

/** A topological order and the edges without those that lead back to a name still being visited. */
function acyclic(root: string, edges: Edges): { order: string[]; down: Map<string, string[]> } {
  const state = new Map<string, 'open' | 'done'>();
  const order: string[] = [];
  const down = new Map<string, string[]>();
  const visit = (name: string): void => {
    state.set(name, 'open');
    const kept = [...new Set(edges.get(name))].filter(below => {
      if (!state.has(below)) {
        visit(below);
      }
      return state.get(below) === 'done';
    });
    down.set(name, kept);
    state.set(name, 'done');
    order.unshift(name);
  };
  [root, ...edges.keys()].forEach(name => state.has(name) || visit(name));
  return { order, down };
}

/** Of all orders that the sweeps went through, the one with the fewest crossings. */
function ordered(layers: string[][], down: Edges): string[][] {
  const up = reversed(down);
  let best = layers;
  let fewest = crossings(layers, down);
  let now = layers;
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    now = swept(now, sweep % 2 === 0 ? up : down, sweep % 2 === 0);
    const count = crossings(now, down);
    if (count < fewest) {
      [best, fewest] = [now, count];
    }
  }
  return best;
}

/** One pass over the layers, each put in the order of the mean places of its neighbours. */
function swept(layers: readonly string[][], neighbours: Edges, isDownward: boolean): string[][] {
  const made = layers.map(layer => [...layer]);
  const indices = made.map((_, i) => (isDownward ? i : made.length - 1 - i));
  const place = new Map<string, number>();
  made.forEach(layer => layer.forEach((name, i) => place.set(name, relative(i, layer.length))));
  for (const index of indices) {
    const layer = made[index]!;
    const wanted = new Map(layer.map(name => [name, mean(neighbours.get(name) ?? [], place) ?? place.get(name)!]));
    layer.sort((a, b) => wanted.get(a)! - wanted.get(b)!);
    layer.forEach((name, i) => place.set(name, relative(i, layer.length)));
  }
  return made;
}

/** Layers are centred, so places count from the middle. */
function relative(index: number, length: number): number {
  return index - (length - 1) / 2;
}

function mean(names: readonly string[], place: ReadonlyMap<string, number>): number | null {
  return names.length === 0 ? null : names.reduce((sum, name) => sum + place.get(name)!, 0) / names.length;
}

function reversed(edges: Edges): Map<string, string[]> {
  const up = new Map<string, string[]>();
  edges.forEach((belows, name) => belows.forEach(below => up.set(below, [...(up.get(below) ?? []), name])));
  return up;
}

/** Pairs of edges between the same two neighbouring layers that cross. */
export function crossings(layers: readonly (readonly string[])[], down: Edges): number {
  let count = 0;
  for (let i = 0; i + 1 < layers.length; i++) {
    const below = new Map(layers[i + 1]!.map((name, at) => [name, at]));
    const ends = layers[i]!.map(name => (down.get(name) ?? []).flatMap(end => below.get(end) ?? []));
    for (let left = 0; left < ends.length; left++) {
      for (let right = left + 1; right < ends.length; right++) {
        count += ends[left]!.reduce((sum, a) => sum + ends[right]!.filter(b => b < a).length, 0);
      }
    }
  }
  return count;
}
