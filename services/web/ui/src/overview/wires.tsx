// The lines between the clients, the routers and what is behind these: a firm one by whoever holds addresses, a thin one by the others.

/** What a column's router carries: all that comes, nothing now, nothing ever. */
type Column = 'firm' | 'thin' | 'none';

/** down: from the routers to what is behind them. */
export function Wires({ columns, down = false }: { columns: Column[]; down?: boolean }) {
  const at = (column: number): number => (column + 0.5) * 10;
  const middle = columns.length * 5;
  const line = (column: number): string => {
    const [from, to] = down ? [at(column), middle] : [middle, at(column)];
    return `M${from} 0 C${from} 6 ${to} 4 ${to} 10`;
  };
  // The firm ones last: they lie above the others.
  const drawn = columns.map((kind, column) => ({ kind, column })).filter(({ kind }) => kind !== 'none');
  drawn.sort((a, b) => Number(a.kind === 'firm') - Number(b.kind === 'firm'));
  return (
    <svg class="wires" viewBox={`0 0 ${columns.length * 10} 10`} preserveAspectRatio="none" aria-hidden="true">
      {drawn.map(({ kind, column }) => (
        <path key={column} class={kind} d={line(column)} />
      ))}
    </svg>
  );
}
