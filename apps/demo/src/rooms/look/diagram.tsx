import { useSignal } from '@preact/signals';
import type { Drawing, DrawnBar, DrawnEdge, DrawnGroup, DrawnNode } from '@resnetjs/core/draw';
import { useRef } from 'preact/hooks';
import { Scrolled } from '../../components/scrolled.js';
import { Circle } from './circle.js';
import { opened, selected, toggle } from './subject.js';

interface DiagramProps {
  readonly drawing: Drawing;
  /** Draws blocks that can't be opened: the plain twin follows the network above it. */
  readonly fixed?: boolean;
}

const canOpen = ({ kind }: DrawnNode | DrawnGroup) => kind === 'block' || kind === 'part';

/** A network, drawn. Hovering or the arrow keys select a layer, a click or Enter opens a block. */
export function Diagram({ drawing, fixed = false }: DiagramProps) {
  const root = useRef<SVGSVGElement>(null);
  const focused = useSignal<string | null>(null);
  const { width, height, nodes, groups, edges, texts } = drawing;
  const reachable: (DrawnNode | DrawnGroup)[] = [...groups.filter(canOpen), ...nodes].sort(
    (a, b) => (a.nodes[0] ?? 0) - (b.nodes[0] ?? 0),
  );
  const entry = reachable.find(({ id }) => id === (focused.value ?? selected.value)) ?? reachable[0];

  const activate = (node: DrawnNode | DrawnGroup) => {
    selected.value = node.id;
    if (canOpen(node) && !fixed) toggle(node.id);
  };
  const move = (event: KeyboardEvent, node: DrawnNode | DrawnGroup) => {
    const at = reachable.indexOf(node);
    const next =
      reachable[
        {
          ArrowRight: at + 1,
          ArrowDown: at + 1,
          ArrowLeft: at - 1,
          ArrowUp: at - 1,
          Home: 0,
          End: reachable.length - 1,
        }[event.key] ?? -1
      ];
    if (event.key === 'Enter' || event.key === ' ') activate(node);
    else if (event.key === 'Escape') selected.value = null;
    else if (next !== undefined) {
      focused.value = next.id;
      root.current?.querySelector<SVGGElement>(`[data-id="${next.id}"]`)?.focus();
    } else return;
    event.preventDefault();
  };
  /** The attributes that make a node or group a button. */
  const button = (node: DrawnNode | DrawnGroup) => ({
    'data-id': node.id,
    role: 'button' as const,
    // SVG's attribute is all lower case; as tabIndex it would be ignored, and every layer would be a stop of the Tab key.
    tabindex: node.id === entry?.id ? 0 : -1,
    'aria-label': node.description,
    ...(canOpen(node) && !fixed && { 'aria-expanded': opened.value.has(node.id) }),
    'aria-pressed': selected.value === node.id,
    onClick: () => activate(node),
    onKeyDown: (event: KeyboardEvent) => move(event, node),
    onFocus: () => {
      focused.value = node.id;
      selected.value = node.id;
    },
    onPointerEnter: (event: PointerEvent) => {
      if (event.pointerType === 'mouse') selected.value = node.id;
    },
  });

  return (
    <div class="diagram">
      <Scrolled label={`The drawing of ${drawing.title}`}>
        {/* biome-ignore lint/a11y/useSemanticElements: SVG has neither fieldsets nor buttons of its own */}
        <svg
          ref={root}
          viewBox={`0 0 ${width} ${height}`}
          width={width}
          height={height}
          role="group"
          aria-label={`${drawing.title}. ${drawing.description}`}
        >
          {groups.map((group) =>
            canOpen(group) ? (
              <g key={group.id} class={`group ${group.kind}`} {...button(group)}>
                <Frame of={group} radius={8} />
              </g>
            ) : (
              <g key={group.id} class={`group ${group.kind}`}>
                <Frame of={group} radius={10} />
              </g>
            ),
          )}
          {[...edges]
            .sort((a, b) => Number(a.kind === 'main') - Number(b.kind === 'main'))
            .map((edge) => (
              <Edge key={edge.id} edge={edge} />
            ))}
          {nodes.map((node) => (
            <g key={node.id} class={`node ${node.kind}`} {...button(node)}>
              <Shape node={node} />
            </g>
          ))}
          {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus */}
          <g aria-hidden="true">
            {texts.map(({ x, y, role, anchor, text }) => (
              <text key={`${x},${y}`} class={`words ${role}`} x={x} y={y} text-anchor={anchor}>
                {text}
              </text>
            ))}
          </g>
        </svg>
      </Scrolled>
    </div>
  );
}

function Frame({ of, radius }: { readonly of: DrawnGroup; readonly radius: number }) {
  return <rect x={of.x} y={of.y} width={of.width} height={of.height} rx={radius} />;
}

/** An arrow, from its tip. */
const arrows = { right: 'l-6.5 -3.5v7z', down: 'l-3.5 -6.5h7z', up: 'l-3.5 6.5h7z' } as const;

function Edge({ edge }: { readonly edge: DrawnEdge }) {
  const { kind, path, tip, fork } = edge;
  const arrow = `M${tip.x} ${tip.y}${arrows[tip.direction]}`;
  return (
    <g class={`edge ${kind}`}>
      <path class="wire" d={path} />
      <path class="tip" d={arrow} />
      {fork !== null && <circle class="tip" cx={fork.x} cy={fork.y} r={2.6} />}
    </g>
  );
}

function Shape({ node }: { readonly node: DrawnNode }) {
  const { kind, x, y, width, height, bars } = node;
  if (kind === 'add' || kind === 'gate') return <Circle kind={kind} x={x} y={y} width={width} />;
  return (
    <>
      <rect class="shape" x={x} y={y} width={width} height={height} rx={5} />
      {bars.map((bar: DrawnBar) =>
        bar.kind === 'gate' ? (
          <g key={bar.node} class="bar gate">
            <Circle kind="gate" x={bar.x} y={bar.y} width={bar.width} />
          </g>
        ) : (
          <rect
            key={bar.node}
            class={`bar ${bar.kind}`}
            x={bar.x}
            y={bar.y}
            width={bar.width}
            height={bar.height}
            rx={1.5}
          />
        ),
      )}
    </>
  );
}
