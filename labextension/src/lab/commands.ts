/** What JupyterLab offers of ours: in the command palette, the launcher and at the side. */
import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { ILauncher } from '@jupyterlab/launcher';
import type { INotebookTracker } from '@jupyterlab/notebook';

import { icon } from './icon';
import type { Sessions } from './sessions';
import { Sidebar, SIDEBAR } from './sidebar';
import { openTutorial } from './tutorial';

const CATEGORY = 'Symbolic regression';
const TUTORIAL = 'sr-kernel:tutorial';
const SHOW = 'sr-kernel:show-discoveries';
const CARD_RANK = 100; // after the kernels
const SIDEBAR_RANK = 700;

export function addTutorial(
  app: JupyterFrontEnd,
  palette: ICommandPalette | null,
  launcher: ILauncher | null,
  browser: IDefaultFileBrowser | null
): void {
  app.commands.addCommand(TUTORIAL, {
    label: args => (args.isCard === true ? 'Symbolic regression tutorial' : 'New notebook with the tutorial'),
    caption: 'Symbolic regression: find a first law in measured data',
    icon,
    // The launcher says in which folder it stands.
    execute: args => openTutorial(app, typeof args.cwd === 'string' ? args.cwd : (browser?.model.path ?? ''))
  });
  palette?.addItem({ command: TUTORIAL, category: CATEGORY });
  launcher?.add({ command: TUTORIAL, category: 'Notebook', args: { isCard: true }, rank: CARD_RANK });
}

export function addSidebar(
  app: JupyterFrontEnd,
  sessions: Sessions,
  tracker: INotebookTracker,
  palette: ICommandPalette | null,
  restorer: ILayoutRestorer | null
): void {
  const sidebar = new Sidebar(sessions, tracker);
  sidebar.title.icon = icon;
  app.shell.add(sidebar, 'right', { rank: SIDEBAR_RANK });
  restorer?.add(sidebar, SIDEBAR);
  app.commands.addCommand(SHOW, {
    label: 'Show discoveries',
    caption: 'Symbolic regression: the searches of the notebook in front',
    execute: () => app.shell.activateById(SIDEBAR)
  });
  palette?.addItem({ command: SHOW, category: CATEGORY });
}
