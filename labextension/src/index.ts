/** The JupyterLab and Notebook extension: shows results of sr_kernel and helps to ask for them. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';

import { addSidebar, addTutorial } from './lab/commands';
import { addHighlighting } from './lab/highlight';
import { MIME, Renderer } from './lab/renderer';
import { Sessions } from './lab/sessions';

/** Before the view of ipywidgets, which has -10 and may stand in the same output. */
const RANK = -20;

/** Of this window; its plugins share them. */
const sessions = new Sessions();

const result: JupyterFrontEndPlugin<void> = {
  id: 'sr-kernel:result',
  description: 'Shows the laws that a search has found, and the search while it runs.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker],
  activate: (_app: JupyterFrontEnd, rendermime: IRenderMimeRegistry, tracker: INotebookTracker | null) => {
    rendermime.addFactory(factory(null), RANK);
    tracker?.forEach(followPanel);
    tracker?.widgetAdded.connect((_, panel) => followPanel(panel));
  }
};

const highlighting: JupyterFrontEndPlugin<void> = {
  id: 'sr-kernel:highlighting',
  description: 'Colours cells that ask for a search.',
  autoStart: true,
  optional: [IEditorExtensionRegistry],
  activate: (_app: JupyterFrontEnd, registry: IEditorExtensionRegistry | null) => {
    if (registry !== null) {
      addHighlighting(registry);
    }
  }
};

const tutorial: JupyterFrontEndPlugin<void> = {
  id: 'sr-kernel:tutorial',
  description: 'Opens a notebook to begin with.',
  autoStart: true,
  optional: [ICommandPalette, ILauncher, IDefaultFileBrowser],
  activate: addTutorial
};

const discoveries: JupyterFrontEndPlugin<void> = {
  id: 'sr-kernel:discoveries',
  description: 'Lists the searches of the notebook in front.',
  autoStart: true,
  optional: [INotebookTracker, ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ) => {
    if (tracker !== null) {
      addSidebar(app, sessions, tracker, palette, restorer);
    }
  }
};

function factory(panel: NotebookPanel | null): IRenderMime.IRendererFactory {
  // Safe: the view builds every node itself, so it may show notebooks that nobody has trusted yet.
  return { safe: true, mimeTypes: [MIME], createRenderer: () => new Renderer(sessions, panel) };
}

function followPanel(panel: NotebookPanel): void {
  const context = panel.sessionContext;
  const greet = (): void => {
    const kernel = context.session?.kernel;
    if (kernel) {
      sessions.greet(kernel);
    }
  };
  panel.content.rendermime.addFactory(factory(panel), RANK);
  context.kernelChanged.connect(greet);
  greet();
}

export default [result, highlighting, tutorial, discoveries];
