/**
 * The few JupyterLab types that are used here.
 *
 * The packages come from JupyterLab at run time; installing them for their types alone would
 * quadruple what a build downloads.
 */
declare module '@jupyterlab/rendermime-interfaces' {
  import type { Widget } from '@lumino/widgets';

  export namespace IRenderMime {
    interface IMimeModel {
      readonly data: Readonly<Record<string, unknown>>;
    }
    interface IRenderer extends Widget {
      renderModel(model: IMimeModel): Promise<void>;
    }
    interface IRendererFactory {
      readonly safe: boolean;
      readonly mimeTypes: readonly string[];
      createRenderer(options: unknown): IRenderer;
    }
  }
}

declare module '@jupyterlab/services' {
  export interface ISignal<T, U> {
    connect(slot: (sender: T, args: U) => void): boolean;
    disconnect(slot: (sender: T, args: U) => void): boolean;
  }

  export namespace Kernel {
    interface IComm {
      readonly commId: string;
      readonly isDisposed: boolean;
      onMsg: (message: { readonly content: { readonly data: unknown } }) => void;
      onClose: (message: unknown) => void;
      open(data?: unknown): unknown;
      send(data: unknown): unknown;
      close(): unknown;
    }
    interface IKernelConnection {
      readonly id: string;
      readonly status: string;
      readonly isDisposed: boolean;
      readonly statusChanged: ISignal<IKernelConnection, string>;
      readonly disposed: ISignal<IKernelConnection, void>;
      createComm(target: string): IComm;
      registerCommTarget(
        target: string,
        callback: (comm: IComm, open: { readonly content: { readonly data: unknown } }) => void
      ): void;
      interrupt(): Promise<void>;
    }
  }
}

declare module '@jupyterlab/rendermime' {
  import type { Token } from '@lumino/coreutils';
  import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';

  export interface IRenderMimeRegistry {
    addFactory(factory: IRenderMime.IRendererFactory, rank?: number): void;
  }
  export const IRenderMimeRegistry: Token<IRenderMimeRegistry>;
}

declare module '@jupyterlab/notebook' {
  import type { Token } from '@lumino/coreutils';
  import type { Widget } from '@lumino/widgets';
  import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
  import type { ISignal, Kernel } from '@jupyterlab/services';

  export interface SessionContext {
    readonly session: { readonly kernel: Kernel.IKernelConnection | null } | null;
    readonly kernelChanged: ISignal<SessionContext, unknown>;
  }
  export interface NotebookCell {
    readonly node: HTMLElement;
    readonly model: { toJSON(): unknown };
  }
  export interface Notebook {
    readonly rendermime: IRenderMimeRegistry;
    readonly widgets: readonly NotebookCell[];
    activeCellIndex: number;
    scrollToItem(index: number): Promise<void>;
  }
  export interface NotebookPanel extends Widget {
    readonly sessionContext: SessionContext;
    readonly content: Notebook;
  }
  export interface INotebookTracker {
    readonly currentWidget: NotebookPanel | null;
    readonly currentChanged: ISignal<INotebookTracker, NotebookPanel | null>;
    readonly widgetAdded: ISignal<INotebookTracker, NotebookPanel>;
    forEach(visit: (panel: NotebookPanel) => void): void;
  }
  export const INotebookTracker: Token<INotebookTracker>;
}

declare module '@jupyterlab/application' {
  import type { LabIcon } from '@jupyterlab/ui-components';
  import type { Token } from '@lumino/coreutils';
  import type { Widget } from '@lumino/widgets';

  export interface CommandOptions {
    readonly label: string | ((args: Record<string, unknown>) => string);
    readonly caption?: string;
    readonly icon?: LabIcon;
    readonly execute: (args: Record<string, unknown>) => unknown;
  }
  export interface ContentsModel {
    readonly content: unknown;
  }
  export interface JupyterFrontEnd {
    readonly commands: {
      addCommand(id: string, options: CommandOptions): unknown;
      execute(id: string, args?: Record<string, unknown>): Promise<unknown>;
    };
    readonly serviceManager: {
      readonly contents: {
        get(path: string, options?: { readonly content?: boolean }): Promise<ContentsModel>;
        save(path: string, model: Record<string, unknown>): Promise<unknown>;
      };
      readonly kernelspecs: { readonly ready: Promise<void>; readonly specs: unknown };
    };
    readonly shell: {
      add(widget: Widget, area: string, options?: { readonly rank?: number }): void;
      activateById(id: string): void;
    };
  }
  export interface JupyterFrontEndPlugin<T> {
    readonly id: string;
    readonly description?: string;
    readonly autoStart?: boolean;
    readonly requires?: readonly Token<unknown>[];
    readonly optional?: readonly Token<unknown>[];
    // Each plugin names the types of the services that it asked for.
    readonly activate: (app: JupyterFrontEnd, ...services: never[]) => T;
  }
  export interface ILayoutRestorer {
    add(widget: Widget, name: string): void;
  }
  export const ILayoutRestorer: Token<ILayoutRestorer>;
}

declare module '@jupyterlab/apputils' {
  import type { Token } from '@lumino/coreutils';

  export interface ICommandPalette {
    addItem(item: {
      readonly command: string;
      readonly category: string;
      readonly args?: Record<string, unknown>;
    }): unknown;
  }
  export const ICommandPalette: Token<ICommandPalette>;
}

declare module '@jupyterlab/launcher' {
  import type { Token } from '@lumino/coreutils';

  export interface ILauncher {
    add(item: {
      readonly command: string;
      readonly category: string;
      readonly args?: Record<string, unknown>;
      readonly rank?: number;
    }): unknown;
  }
  export const ILauncher: Token<ILauncher>;
}

declare module '@jupyterlab/filebrowser' {
  import type { Token } from '@lumino/coreutils';

  export interface IDefaultFileBrowser {
    readonly model: { readonly path: string };
  }
  export const IDefaultFileBrowser: Token<IDefaultFileBrowser>;
}

declare module '@jupyterlab/ui-components' {
  export class LabIcon {
    constructor(options: { readonly name: string; readonly svgstr: string });
    render(host: HTMLElement): void;
  }
}

declare module '@jupyterlab/codemirror' {
  import type { Extension } from '@codemirror/state';
  import type { Token } from '@lumino/coreutils';

  export interface EditorExtension {
    readonly __editorExtension: unique symbol;
  }
  export interface IEditorExtensionRegistry {
    addExtension(factory: { readonly name: string; readonly factory: () => EditorExtension }): void;
  }
  export const IEditorExtensionRegistry: Token<IEditorExtensionRegistry>;
  export namespace EditorExtensionRegistry {
    function createImmutableExtension(extension: Extension): EditorExtension;
  }
}
