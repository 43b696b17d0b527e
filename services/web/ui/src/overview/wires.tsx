// The lines between the clients and the routers: a firm one to whoever holds addresses, a thin one to the others.

interface Props {
  columns: number;
  /** Of each column: traffic goes there. */
  to: boolean[];
  /** Of each column: traffic could go there. */
  routers: boolean[];
}

export function Wires({ columns, to, routers }: Props) {
  const at = (column: number): number => (column + 0.5) * 10;
  const middle = columns * 5;
  return (
    <svg class="wires" viewBox={`0 0 ${columns * 10} 10`} preserveAspectRatio="none" aria-hidden="true">
      {routers.map(
        (router, column) =>
          router && (
            <path
              class={to[column] ? 'firm' : 'thin'}
              d={`M${middle} 0 C${middle} 6 ${at(column)} 4 ${at(column)} 10`}
            />
          ),
      )}
    </svg>
  );
}
