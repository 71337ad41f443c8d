import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals';
import type { Drawing, DrawnBar, DrawnEdge, DrawnGroup, DrawnNode } from '@resnetjs/core/draw';
import type { ComponentChildren } from 'preact';
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
  // A signal, so that pointing at another layer changes two attributes, and doesn't render the drawing again.
  const shown = useSignal(reachable);
  shown.value = reachable;
  const entry = useComputed(() => {
    const current = focused.value ?? selected.value;
    return (shown.value.find(({ id }) => id === current) ?? shown.value[0])?.id ?? null;
  });

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
  const buttonOf = (node: DrawnNode | DrawnGroup): Omit<LayerButtonProps, 'class' | 'children'> => ({
    node,
    entry,
    expanded: canOpen(node) && !fixed ? opened.value.has(node.id) : undefined,
    onClick: () => activate(node),
    onKeyDown: (event) => move(event, node),
    onFocus: () => {
      focused.value = node.id;
      selected.value = node.id;
    },
  });

  return (
    <div class="diagram">
      <Scrolled label={`The drawing of ${drawing.title}`}>
        {/* biome-ignore lint/a11y/useSemanticElements: SVG has no fieldsets of its own */}
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
              <LayerButton key={group.id} class={`group ${group.kind}`} {...buttonOf(group)}>
                <Frame of={group} radius={8} />
              </LayerButton>
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
            <LayerButton key={node.id} class={`node ${node.kind}`} {...buttonOf(node)}>
              <Shape node={node} />
            </LayerButton>
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

interface LayerButtonProps {
  readonly node: DrawnNode | DrawnGroup;
  readonly class: string;
  /** The id of the one that the Tab key stops at. */
  readonly entry: ReadonlySignal<string | null>;
  readonly expanded: boolean | undefined;
  readonly onClick: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocus: () => void;
  readonly children: ComponentChildren;
}

/** A node or group that can be selected. */
function LayerButton(props: LayerButtonProps) {
  const { node, entry, expanded, children, ...given } = props;
  const { id } = node;
  const isPressed = useComputed(() => selected.value === id);
  // SVG's attribute is all lower case; as tabIndex it would be ignored, and every layer would be a stop of the Tab key.
  const tabindex = useComputed(() => (entry.value === id ? 0 : -1));
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no buttons of its own
    <g
      {...given}
      data-id={id}
      role="button"
      tabindex={tabindex}
      aria-label={node.description}
      {...(expanded !== undefined && { 'aria-expanded': expanded })}
      aria-pressed={isPressed}
      onPointerMove={({ pointerType, movementX, movementY }) => {
        // A page that is scrolled under a pointer at rest selects nothing.
        if (pointerType === 'mouse' && (movementX !== 0 || movementY !== 0)) selected.value = id;
      }}
    >
      {children}
    </g>
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
