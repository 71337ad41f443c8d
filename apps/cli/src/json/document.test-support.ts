import { z } from 'zod';
import { failure, type OutputName, outputs } from './outputs.js';

/** A part of a JSON Schema, as zod writes it. */
interface Part {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly const?: string;
  readonly enum?: readonly (string | null)[];
  readonly properties?: Readonly<Record<string, Part>>;
  readonly required?: readonly string[];
  readonly items?: Part;
  readonly anyOf?: readonly Part[];
  readonly oneOf?: readonly Part[];
  readonly additionalProperties?: Part | false;
}

const about = `# What \`--json\` prints

With \`--json\` every command prints JSON to stdout, one document or event per line; what is for people goes to stderr. A document
is printed once the work is done. Of events, each has its name in \`event\`, and the last is \`done\`.

A command that fails prints an object with \`error\` as its last line, and exits with 1, or with 2 for wrong usage; one that a
signal stops exits with 128 plus the signal's number, 130 for Ctrl-C. A number that is NaN or infinite is \`null\`. Fields may be
added in later versions: ignore those that you don't know.

\`a.b\` is the field b of the object a, \`a[]\` are the elements of the list a. Losses are in nats, accuracies and other shares from 0
to 1, and epochs and steps count from 1.

`;

const footnote = `This page is written by \`apps/cli/src/json/outputs.ts\`, to which the tests hold every line that the command line prints; \`npm run
test:unit -- apps/cli/src/json --update\` renews it.
`;

/** docs/json.md. */
export function jsonDocument(): string {
  const commands = (Object.keys(outputs) as OutputName[]).map(commandSection);
  const errors = `## Errors\n\n${table(schemaOf(failure))}`;
  return `${about}${commands.join('\n')}\n${errors}\n${footnote}`;
}

function commandSection(name: OutputName): string {
  const { schema, lines } = outputs[name];
  const part = schemaOf(schema);
  const title = `## resnet ${name}\n\n`;
  if (!lines) return title + table(part);
  const events = (part.oneOf ?? part.anyOf ?? []).map((event) => {
    const { event: kind, ...properties } = event.properties ?? {};
    return `### \`${kind?.const}\`\n\n${event.description}\n\n${table({ ...event, properties })}`;
  });
  return title + events.join('\n');
}

const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input' }) as Part;

function table(part: Part): string {
  const rows = fieldsOf(part, '').map((cells) => `| ${cells.join(' | ')} |`);
  return `${['| field | type | |', '|---|---|---|', ...rows].join('\n')}\n`;
}

/** A row for each field, those of its objects below it. */
function fieldsOf(part: Part, path: string): string[][] {
  const whole = withoutNull(part);
  if (whole.items) return fieldsOf(whole.items, `${path}[]`);
  return Object.entries(whole.properties ?? {}).flatMap(([name, field]) => {
    const own = path ? `${path}.${name}` : name;
    const isAbsent = !(whole.required ?? []).includes(name);
    const row = [`\`${own}\``, typeOf(field) + (isAbsent ? ', or absent' : ''), descriptionOf(field)];
    return [row.map((cell) => cell.replaceAll('|', '\\|')), ...fieldsOf(field, own)];
  });
}

const descriptionOf = (part: Part): string => part.description ?? '';

function typeOf(part: Part): string {
  const isNullable = part.type?.includes('null') || part.anyOf?.some(({ type }) => type === 'null');
  return words(withoutNull(part)) + (isNullable ? ' or null' : '');
}

function words({ type, const: only, enum: choices, items, anyOf, additionalProperties }: Part): string {
  if (only !== undefined) return `\`${only}\``;
  if (choices) {
    const values = choices.filter((each) => each !== null);
    return values.map((each) => `\`${each}\``).join(', ');
  }
  if (anyOf) return anyOf.map(words).join(' or ');
  if (items) return `list of ${typeOf(items).replace(/^(list|object|string|integer|number)/, '$1s')}`;
  if (additionalProperties && additionalProperties.type === 'string') return 'object of strings';
  return [type ?? '']
    .flat()
    .filter((each) => each !== 'null')
    .join(' or ');
}

function withoutNull(part: Part): Part {
  const others = part.anyOf?.filter(({ type }) => type !== 'null') ?? [];
  return others.length === 1 && part.anyOf?.length === 2 ? (others[0] as Part) : part;
}
