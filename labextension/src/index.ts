/** The JupyterLab and Notebook extension: shows results of sr_kernel, live and saved. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';

import { MIME, Renderer } from './lab/renderer';
import { Sessions } from './lab/sessions';

/** Before the view of ipywidgets, which has -10 and may stand in the same output. */
const RANK = -20;

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'sr-kernel:result',
  description: 'Shows the laws that a search has found, and the search while it runs.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker],
  activate: (_app: JupyterFrontEnd, rendermime: IRenderMimeRegistry, tracker: INotebookTracker | null) => {
    const sessions = new Sessions();
    rendermime.addFactory(factory(sessions, null), RANK);
    const follow = (panel: NotebookPanel): void => followPanel(sessions, panel);
    tracker?.forEach(follow);
    tracker?.widgetAdded.connect((_, panel) => follow(panel));
  }
};

function factory(sessions: Sessions, panel: NotebookPanel | null): IRenderMime.IRendererFactory {
  // Safe: the view builds every node itself, so it may show notebooks that nobody has trusted yet.
  return { safe: true, mimeTypes: [MIME], createRenderer: () => new Renderer(sessions, panel) };
}

function followPanel(sessions: Sessions, panel: NotebookPanel): void {
  const context = panel.sessionContext;
  const greet = (): void => {
    const kernel = context.session?.kernel;
    if (kernel) {
      sessions.greet(kernel);
    }
  };
  panel.content.rendermime.addFactory(factory(sessions, panel), RANK);
  context.kernelChanged.connect(greet);
  greet();
}

export default plugin;
