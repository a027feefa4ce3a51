/** A notebook to begin with, made anew in the user's folder each time it is asked for. */
import type { JupyterFrontEnd } from '@jupyterlab/application';

import tutorial from './tutorial.json';

const NAME = 'first_law';

interface Spec {
  readonly name: string;
  readonly display_name: string;
  readonly language: string;
}

/** Saves a copy in the folder and opens it with the usual Python kernel. Gives its path. */
export async function openTutorial(app: JupyterFrontEnd, folder: string): Promise<string> {
  const { contents, kernelspecs } = app.serviceManager;
  const { content } = await contents.get(folder, { content: true });
  const path = joined(folder, freeName(namesOf(content)));
  await kernelspecs.ready;
  await contents.save(path, { type: 'notebook', format: 'json', content: notebook(kernelspecs.specs) });
  await app.commands.execute('docmanager:open', { path, factory: 'Notebook' });
  return path;
}

/** The tutorial for the default kernel, or for one that speaks Python if that does not. */
export function notebook(specs: unknown): Record<string, unknown> {
  const kernel = pythonKernel(specs);
  const kernelspec = kernel && { name: kernel.name, display_name: kernel.display_name, language: kernel.language };
  return { ...tutorial, metadata: { ...tutorial.metadata, ...(kernelspec && { kernelspec }) } };
}

export function freeName(taken: ReadonlySet<string>): string {
  for (let number = 0; ; number++) {
    const name = `${NAME}${number === 0 ? '' : `-${number}`}.ipynb`;
    if (!taken.has(name)) {
      return name;
    }
  }
}

/** "" is the root of the files, "drive:" that of a drive. */
export function joined(folder: string, name: string): string {
  return folder === '' || folder.endsWith(':') || folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

function pythonKernel(specs: unknown): Spec | null {
  const { default: usual, kernelspecs } = (specs ?? {}) as { default?: string; kernelspecs?: Record<string, Spec | undefined> };
  const known = Object.values(kernelspecs ?? {}).filter(spec => spec !== undefined);
  const python = known.filter(spec => spec.language === 'python');
  return python.find(spec => spec.name === usual) ?? python[0] ?? null;
}

function namesOf(content: unknown): ReadonlySet<string> {
  const entries = Array.isArray(content) ? (content as readonly { name?: unknown }[]) : [];
  return new Set(entries.map(entry => String(entry.name)));
}
