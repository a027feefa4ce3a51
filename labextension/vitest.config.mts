import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { environment: 'happy-dom', root: 'labextension', include: ['tests/**/*.test.ts'] }
});
