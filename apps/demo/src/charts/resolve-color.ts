/** A CSS custom property's colour, as canvases take it, in the current colour scheme. */
export function resolveColor(name: string, near: Element): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  near.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
