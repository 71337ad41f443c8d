/** What a model's configuration says of one of its layers. */
export interface ConfiguredLayer {
  readonly name: string;
  readonly className: string;
  /** The configuration of a model that is a layer. */
  readonly model: unknown;
}

/** The layers that a model's configuration lists; none where it is no functional or sequential model's. */
export function configuredLayers(model: unknown): readonly ConfiguredLayer[] {
  return listOf(field(field(model, 'config'), 'layers')).flatMap((layer) => {
    const config = field(layer, 'config');
    const [name, className] = [field(config, 'name') ?? field(layer, 'name'), field(layer, 'class_name')];
    if (typeof name !== 'string' || typeof className !== 'string') return [];
    return [{ name, className, model: Array.isArray(field(config, 'layers')) ? layer : undefined }];
  });
}

/**
 * Keras 3's keys for layers in a file of weights: the class's name in snake case, and a number from the second of the
 * class on.
 */
export function layerKeys(classNames: readonly string[]): string[] {
  const used = new Map<string, number>();
  return classNames.map((className) => {
    const key = snakeCase(className);
    const count = used.get(key) ?? 0;
    used.set(key, count + 1);
    return count === 0 ? key : `${key}_${count}`;
  });
}

function snakeCase(className: string): string {
  return className
    .replace(/[^\p{L}\p{N}_]+/gu, '')
    .replace(/(.)([A-Z][a-z]+)/gsu, '$1_$2')
    .replace(/([a-z])([A-Z])/gu, '$1_$2')
    .toLowerCase();
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
