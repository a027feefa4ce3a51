import { describe, expect, it, vi } from 'vitest';

import { freeName, joined, notebook, openTutorial } from '../src/lab/tutorial';

type App = Parameters<typeof openTutorial>[0];

const PYTHON = { name: 'python3', display_name: 'Python 3', language: 'python' };
const R = { name: 'ir', display_name: 'R', language: 'R' };

describe('the tutorial', () => {
  it('takes the first name that is free', () => {
    expect(freeName(new Set())).toBe('first_law.ipynb');
    expect(freeName(new Set(['first_law.ipynb', 'first_law-2.ipynb']))).toBe('first_law-1.ipynb');
  });

  it.each([['', 'a'], ['data', 'data/a'], ['drive:', 'drive:a'], ['drive:data/', 'drive:data/a']])(
    'goes into the folder %j', (folder, path) => {
      expect(joined(folder, 'a')).toBe(path);
    }
  );

  it('is for the default kernel if that speaks Python, else for one that does', () => {
    const kernel = (specs: unknown): unknown => (notebook(specs).metadata as { kernelspec?: unknown }).kernelspec;
    const other = { ...PYTHON, name: 'other' };
    expect(kernel({ default: 'other', kernelspecs: { python3: PYTHON, other } })).toEqual(other);
    expect(kernel({ default: 'ir', kernelspecs: { ir: R, python3: PYTHON } })).toEqual(PYTHON);
    expect(kernel({ default: 'ir', kernelspecs: { ir: R } })).toBeUndefined();
    expect(kernel(null)).toBeUndefined();
  });

  it('is saved beside what is there, then opened', async () => {
    const save = vi.fn(async () => undefined);
    const execute = vi.fn(async () => undefined);
    const get = vi.fn(async () => ({ content: [{ name: 'first_law.ipynb' }] }));
    const app = {
      commands: { execute },
      serviceManager: {
        contents: { get, save },
        kernelspecs: { ready: Promise.resolve(), specs: { default: 'python3', kernelspecs: { python3: PYTHON } } }
      }
    } as unknown as App;
    expect(await openTutorial(app, 'work')).toBe('work/first_law-1.ipynb');
    expect(save).toHaveBeenCalledWith('work/first_law-1.ipynb', expect.objectContaining({ type: 'notebook' }));
    expect(execute).toHaveBeenCalledWith('docmanager:open', { path: 'work/first_law-1.ipynb', factory: 'Notebook' });
  });
});
