// The order in which a form shows the children of a node: choices as one part with their cases. Pure.
import type { JsonObject, ModelNode } from '../api/types';

export type Item = { node: ModelNode } | Choice;

export interface Choice {
  choice: string;
  cases: { name: string; items: Item[] }[];
}

export function isChoice(item: Item): item is Choice {
  return 'choice' in item;
}

/** depth: so many of the choices around the nodes are arranged already. */
export function arrange(nodes: ModelNode[], depth = 0): Item[] {
  const items: Item[] = [];
  const open = new Map<string, Map<string, ModelNode[]>>();
  for (const node of nodes) {
    const around = node.choices?.[depth];
    if (!around) {
      items.push({ node });
      continue;
    }
    let cases = open.get(around.choice);
    if (!cases) {
      cases = new Map();
      open.set(around.choice, cases);
      items.push({ choice: around.choice, cases: [] });
    }
    cases.set(around.case, [...(cases.get(around.case) ?? []), node]);
  }
  for (const item of items) {
    if (!isChoice(item)) continue;
    item.cases = [...(open.get(item.choice) ?? [])].map(([name, members]) => ({
      name,
      items: arrange(members, depth + 1),
    }));
  }
  return items;
}

/** Names of all nodes in these items. */
export function namesIn(items: Item[]): string[] {
  return items.flatMap((item) =>
    isChoice(item) ? item.cases.flatMap((c) => namesIn(c.items)) : [item.node.name ?? ''],
  );
}

/** The case that the value has something of; undefined: none. */
export function caseOf(choice: Choice, value: JsonObject): string | undefined {
  return choice.cases.find((c) => namesIn(c.items).some((name) => value[name] !== undefined))?.name;
}
