/** The panel at the side that lists the searches of the notebook in front. */
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { Widget } from '@lumino/widgets';

import { createList, type Entry } from './list';
import { MIME } from './renderer';
import type { Sessions } from './sessions';
import { summaryOf } from './summary';

export const SIDEBAR = 'sr-kernel-discoveries';

/** Milliseconds between two drawings while searches report several times a second. */
const REST = 300;
const LONGEST_NAME = 60;
const GONE = 'The notebook no longer shows this search. Run its cell again to see it.';

export class Sidebar extends Widget {
  private readonly list = createList(key => void this.choose(key));
  private readonly offSessions: () => void;
  private panel: NotebookPanel | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly sessions: Sessions,
    private readonly tracker: INotebookTracker
  ) {
    super();
    this.id = SIDEBAR;
    this.addClass('srk-sidebar');
    this.title.caption = 'Discoveries: symbolic regression';
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'Discoveries');
    this.node.append(this.list.node);
    this.offSessions = sessions.onChange(this.later);
    tracker.currentChanged.connect(this.follow);
    this.follow();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.offSessions();
    this.tracker.currentChanged.disconnect(this.follow);
    this.panel?.sessionContext.kernelChanged.disconnect(this.later);
    clearTimeout(this.timer ?? undefined);
    super.dispose();
  }

  protected override onAfterShow(): void {
    this.draw();
  }

  private readonly follow = (): void => {
    this.panel?.sessionContext.kernelChanged.disconnect(this.later);
    this.panel = this.tracker.currentWidget;
    this.panel?.sessionContext.kernelChanged.connect(this.later);
    this.list.tell('');
    this.draw();
  };

  private readonly later = (): void => {
    this.timer ??= setTimeout(() => this.draw(), REST);
  };

  private draw(): void {
    clearTimeout(this.timer ?? undefined);
    this.timer = null;
    if (this.isVisible) {
      this.list.update(this.panel?.title.label.slice(0, LONGEST_NAME) ?? null, this.entries());
    }
  }

  private entries(): Entry[] {
    const kernel = this.panel?.sessionContext.session?.kernel;
    const found = kernel ? this.sessions.of(kernel.id) : [];
    return found.flatMap(({ key, session }) => {
      const summary = summaryOf(session.snapshot);
      return summary === null ? [] : [{ key, summary }];
    });
  }

  private async choose(key: string): Promise<void> {
    const isShown = this.panel !== null && (await reveal(this.panel, key));
    this.list.tell(isShown ? '' : GONE);
  }
}

/** Scrolls the notebook to the output that shows the search; false when there is none. */
export async function reveal(panel: NotebookPanel, key: string): Promise<boolean> {
  const { content } = panel;
  const index = content.widgets.findIndex(cell => shows(cell.model.toJSON(), key));
  if (index < 0) {
    return false;
  }
  content.activeCellIndex = index;
  await content.scrollToItem(index);
  content.widgets[index]?.node.querySelector('.srk-output')?.scrollIntoView({ block: 'nearest' });
  return true;
}

/** Whether one of the outputs of a saved cell is that of the search. */
export function shows(cell: unknown, key: string): boolean {
  const { outputs } = (cell ?? {}) as { outputs?: unknown };
  return (
    Array.isArray(outputs) &&
    outputs.some((output: { data?: Record<string, { session?: unknown } | null> } | null) => output?.data?.[MIME]?.session === key)
  );
}
