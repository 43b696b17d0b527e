// Bundles the page into build/dist/. What is bundled from npm packages is named in build/bundled, so that no licence is forgotten.
import { mkdirSync, writeFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

function bundledPackages(): Plugin {
  return {
    name: 'bundled-packages',
    apply: 'build',
    generateBundle(_options, bundle) {
      const names = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const id of chunk.moduleIds) {
          const found = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id);
          if (found?.[1]) names.add(found[1]);
        }
      }
      mkdirSync('build', { recursive: true });
      writeFileSync(
        'build/bundled',
        [...names]
          .sort()
          .map((name) => `${name}\n`)
          .join(''),
      );
    },
  };
}

export default defineConfig({
  plugins: [bundledPackages()],
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    outDir: 'build/dist',
    target: 'es2022',
    // The policy of the page allows files of the router only: nothing is put into others as data.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  // `npm run dev`: the page from here, the API of a router, which API names: API=https://192.0.2.1 npm run dev
  server: {
    proxy: process.env['API']
      ? Object.fromEntries(
          ['/restconf', '/events', '/.well-known'].map((path) => [path, { target: process.env['API'], secure: false }]),
        )
      : {},
  },
});
