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
  import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
  import type { ISignal, Kernel } from '@jupyterlab/services';

  export interface SessionContext {
    readonly session: { readonly kernel: Kernel.IKernelConnection | null } | null;
    readonly kernelChanged: ISignal<SessionContext, unknown>;
  }
  export interface NotebookPanel {
    readonly sessionContext: SessionContext;
    readonly content: { readonly rendermime: IRenderMimeRegistry };
  }
  export interface INotebookTracker {
    readonly widgetAdded: ISignal<INotebookTracker, NotebookPanel>;
    forEach(visit: (panel: NotebookPanel) => void): void;
  }
  export const INotebookTracker: Token<INotebookTracker>;
}

declare module '@jupyterlab/application' {
  import type { Token } from '@lumino/coreutils';

  export type JupyterFrontEnd = unknown;
  export interface JupyterFrontEndPlugin<T> {
    readonly id: string;
    readonly description?: string;
    readonly autoStart?: boolean;
    readonly requires?: readonly Token<unknown>[];
    readonly optional?: readonly Token<unknown>[];
    // Each plugin names the types of the services that it asked for.
    readonly activate: (app: JupyterFrontEnd, ...services: never[]) => T;
  }
}
