import type { NetworkNode } from '../network/walk.js';
import type { Survey } from './facts.js';
import { gatePiece } from './gate-piece.js';
import { layerPiece } from './layer-piece.js';
import type { Piece } from './piece.js';

/** A piece for each layer on a wire; those inside a gate belong to the gate's. `maxWidth` is a gate's. */
export function layerPieces(
  survey: Survey,
  nodes: readonly number[],
  {
    group,
    maxWidth = Number.POSITIVE_INFINITY,
  }: { readonly group: string | null; readonly maxWidth?: number },
): readonly Piece[] {
  let inside: number[] = [];
  return nodes.flatMap((node) => {
    const { op } = survey.nodes[node] as NetworkNode;
    if (isInGate(survey, node)) {
      inside.push(node);
      return [];
    }
    if (op.op !== 'gate') return [layerPiece(survey, node, group)];
    const piece = gatePiece(survey, node, { inside, group, maxWidth });
    inside = [];
    return [piece];
  });
}

/** Whether a node is inside a gate; the gate's own node isn't. */
export function isInGate({ nodes }: Survey, node: number): boolean {
  const { site } = nodes[node] as NetworkNode;
  return site.part !== 'input' && site.gate !== undefined;
}
