import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const [light = '', dark = ''] = readFileSync('src/styles/base.css', 'utf8').split('prefers-color-scheme: dark');

function colours(text: string): Map<string, string> {
  return new Map([...text.matchAll(/--([a-z-]+): #([0-9a-f]{3,6});/g)].map(([, name = '', hex = '']) => [name, hex]));
}

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const six = hex.length === 3 ? hex.replace(/./g, '$&$&') : hex;
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
    const part = parseInt(six.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ['ground', 'card', 'inset'];
const SOFT = ['accent-soft', 'good-soft', 'bad-soft', 'warn-soft'];
/** What is written, and on what. */
const WRITTEN: [string, string[]][] = [
  ['text', [...GROUNDS, ...SOFT]],
  ['muted', [...GROUNDS, ...SOFT]],
  ['accent', [...GROUNDS, ...SOFT]],
  ['good', [...GROUNDS, 'good-soft']],
  ['bad', [...GROUNDS, 'bad-soft']],
  ['warn', [...GROUNDS, 'warn-soft']],
  ['on-accent', ['accent', 'accent-strong']],
  ['card', ['bad']],
];
/** Borders of what can be used, marks and lines. */
const DRAWN: [string, string[]][] = [
  ['line-strong', GROUNDS],
  ['accent', GROUNDS],
];

for (const [scheme, values] of [
  ['light', colours(light)],
  ['dark', new Map([...colours(light), ...colours(dark)])],
] as const) {
  test(`${scheme}: what is written has a contrast of 4.5, what is drawn of 3`, () => {
    for (const [pairs, least] of [
      [WRITTEN, 4.5],
      [DRAWN, 3],
    ] as const) {
      for (const [over, grounds] of pairs) {
        for (const ground of grounds) {
          const ratio = contrast(values.get(over) ?? '', values.get(ground) ?? '');
          assert.ok(ratio >= least, `${over} on ${ground}: ${ratio.toFixed(2)}`);
        }
      }
    }
  });
}
