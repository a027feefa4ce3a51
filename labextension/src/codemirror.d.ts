/** The few CodeMirror types that are used here; the packages, too, come from JupyterLab. */
declare module '@codemirror/state' {
  export interface Extension {
    readonly extension: Extension;
  }
  export interface Text {
    readonly length: number;
    toString(): string;
  }
  export interface RangeSet<T> {
    readonly size: number;
    iter(): { readonly value: T | null };
  }
  export class RangeSetBuilder<T> {
    add(from: number, to: number, value: T): void;
    finish(): RangeSet<T>;
  }
  export namespace Prec {
    function highest(extension: Extension): Extension;
  }
}

declare module '@codemirror/view' {
  import type { Extension, RangeSet, Text } from '@codemirror/state';

  export interface EditorView {
    readonly state: { readonly doc: Text };
  }
  export interface ViewUpdate {
    readonly docChanged: boolean;
    readonly view: EditorView;
  }
  export class Decoration {
    static mark(spec: { readonly class: string }): Decoration;
  }
  export type DecorationSet = RangeSet<Decoration>;
  export namespace ViewPlugin {
    function define<T extends { update(update: ViewUpdate): void }>(
      create: (view: EditorView) => T,
      spec: { readonly decorations: (value: T) => DecorationSet }
    ): Extension;
  }
}
