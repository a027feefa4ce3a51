/** Colours in `%%discover` cells: the marks of `syntax.ts` as decorations of JupyterLab's editor. */
import { Prec, RangeSetBuilder, type Extension } from '@codemirror/state';
import { Decoration, ViewPlugin, type DecorationSet, type EditorView, type ViewUpdate } from '@codemirror/view';
import { EditorExtensionRegistry, type IEditorExtensionRegistry } from '@jupyterlab/codemirror';

import { MAX_CELL, marksOf, type Kind } from './syntax';

const KINDS: readonly Kind[] = ['magic', 'target', 'tilde', 'flag', 'key', 'operator', 'text', 'comment'];

/** Lets every editor that is made from now on colour our cells. */
export function addHighlighting(registry: IEditorExtensionRegistry): void {
  const extension = highlighting();
  registry.addExtension({
    name: 'sr-kernel:highlighting',
    factory: () => EditorExtensionRegistry.createImmutableExtension(extension)
  });
}

function highlighting(): Extension {
  const styles = new Map(KINDS.map(kind => [kind, Decoration.mark({ class: `srk-cell-${kind}` })]));
  const decorated = (view: EditorView): DecorationSet => {
    const builder = new RangeSetBuilder<Decoration>();
    const { doc } = view.state;
    for (const { from, to, kind } of doc.length > MAX_CELL ? [] : marksOf(doc.toString())) {
      builder.add(from, to, styles.get(kind)!);
    }
    return builder.finish();
  };
  const plugin = ViewPlugin.define(view => new Decorated(view, decorated), { decorations: it => it.decorations });
  // Innermost, so that our colour wins over that of Python, which the cell is not.
  return Prec.highest(plugin);
}

class Decorated {
  decorations: DecorationSet;

  constructor(
    view: EditorView,
    private readonly decorated: (view: EditorView) => DecorationSet
  ) {
    this.decorations = decorated(view);
  }

  update(update: ViewUpdate): void {
    if (update.docChanged) {
      this.decorations = this.decorated(update.view);
    }
  }
}
