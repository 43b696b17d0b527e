// Differences between two documents, a line each, as the API words them: "~ pool[name='web']/…: 3 → 4".
import { parseLine } from './line';

const SIGNS = { '+': 'added', '-': 'removed', '~': 'changed' } as const;

export function DiffLines({ lines, label }: { lines: string[]; label: string }) {
  return (
    <ul class="diff" aria-label={label}>
      {lines.map((text) => {
        const line = parseLine(text);
        return (
          <li class={line.sign ? SIGNS[line.sign] : ''}>
            <span class="sign" aria-hidden="true">
              {line.sign ?? ' '}
            </span>
            {line.sign && <span class="unseen">{SIGNS[line.sign]}: </span>}
            <span>
              {line.page ? <a href={line.page}>{line.path}</a> : line.path}
              {line.rest}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
