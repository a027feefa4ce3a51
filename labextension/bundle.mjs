// Bundles the view for anywidget: one module and one style sheet inside the Python package.
import { build } from 'esbuild';

const common = { outdir: 'sr_kernel/static', bundle: true, minify: true, target: 'es2021', logLevel: 'warning' };

await build({ ...common, entryPoints: { widget: 'labextension/src/widget.ts' }, format: 'esm' });
await build({ ...common, entryPoints: { widget: 'labextension/style/view.css' } });
