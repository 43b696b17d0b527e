// The model as the API describes it: fetched once, a node with all that is below it.
import { describe } from '../api/client';
import type { ModelNode } from '../api/types';

const known = new Map<string, Promise<ModelNode>>();

async function load(path: string, deep: boolean): Promise<ModelNode> {
  const node = await describe(path);
  if (!deep || !node.children) return node;
  const children = node.children.map((child) =>
    child.kind === 'container' || child.kind === 'list'
      ? // What stands in its parent, the choices, is not said again of the node itself.
        load(`${path}/${child.name}`, true).then((whole) => ({ ...child, children: whole.children ?? [] }))
      : child,
  );
  return { ...node, children: await Promise.all(children) };
}

function once(path: string, deep: boolean): Promise<ModelNode> {
  let node = known.get(path);
  if (!node) {
    node = load(path, deep);
    known.set(path, node);
    // A failure is not kept.
    node.catch(() => known.delete(path));
  }
  return node;
}

/** The node at a path of the model with everything below it. */
export function modelOf(path: string): Promise<ModelNode> {
  return once(path, true);
}

/** What stands at the top of the document. */
export async function subjects(): Promise<ModelNode[]> {
  return (await once('/', false)).children ?? [];
}
