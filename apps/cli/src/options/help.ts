import { styleText } from 'node:util';
import { type Command, Help, type HelpConfiguration } from 'commander';

/** The headings of the options, the same in every command that has many. */
export const headings = {
  data: 'Data:',
  images: 'How images are read:',
  subject: 'What to train:',
  network: 'Network:',
  weights: 'Weights of others:',
  onnx: 'ONNX files:',
  block: 'Block:',
  recipe: 'Recipe:',
  learningRate: 'Learning rate:',
  regularization: 'Regularization:',
  augmentation: 'Augmentation:',
  classes: 'Unequal classes:',
  run: 'Run:',
  device: 'Device:',
  drawing: 'Drawing:',
  measurement: 'Measurement:',
  general: 'General:',
} as const;

/** Longer lines are hard to read, however wide the terminal is. */
const maxWidth = 100;
/** A description with less room than this beside its option goes below it. */
const minDescriptionWidth = 26;
const belowIndent = '      ';
const continued = ' \\';

/** How help is laid out, for `configureHelp`. */
export const helpLayout: HelpConfiguration & ThisType<Help> = {
  minWidthToWrap: 20,
  prepareContext({ helpWidth = 80 }) {
    this.helpWidth = Math.min(helpWidth, maxWidth);
  },
  styleTitle: (title) => styleText('bold', title),
  subcommandTerm: (command) => command.name(),
  optionDescription(option) {
    // A default that only the description mentions is moved behind the choices, where commander prints its own.
    const description = Help.prototype.optionDescription.call(this, option);
    return description.replace(/\((default: [^()]*)\) \((choices: [^()]*)\)$/, '($2, $1)');
  },
  commandUsage(command) {
    const usage = Help.prototype.commandUsage.call(this, command);
    return indented(this.boxWrap(usage, (this.helpWidth ?? maxWidth) - 7), '       ').trimStart();
  },
  formatItem(term, termWidth, description, helper) {
    const width = helper.helpWidth ?? maxWidth;
    if (width - termWidth - 4 >= minDescriptionWidth || !description) {
      return Help.prototype.formatItem.call(this, term, termWidth, description, helper);
    }
    const below = helper.boxWrap(description, width - belowIndent.length);
    return `  ${term}\n${indented(below, belowIndent)}`;
  },
};

/** Adds the end of the help: notes, one string per paragraph, and examples, without their prompt. */
export function addNotes(
  command: Command,
  { notes = [], examples }: { readonly notes?: readonly string[]; readonly examples: readonly string[] },
): Command {
  return command.addHelpText('after', ({ error }) => {
    const { getOutHelpWidth, getErrHelpWidth } = command.configureOutput();
    const helper = command.createHelp();
    const helpWidth = (error ? getErrHelpWidth : getOutHelpWidth)?.() ?? 80;
    helper.prepareContext({ helpWidth });
    const width = helper.helpWidth as number;
    const title = helper.styleTitle(examples.length === 1 ? 'Example:' : 'Examples:');
    const paragraphs = notes.map((note) => `${helper.boxWrap(note, width)}\n\n`);
    return `\n${paragraphs.join('')}${title}\n${examples.map((each) => formatExample(each, width)).join('\n')}`;
  });
}

/** A command with its prompt, wrapped between arguments, but not between an option and its value. */
function formatExample(example: string, width: number): string {
  const parts = example.match(/--\S+ [^-\s]\S*|\S+/g) ?? [];
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + part.length + continued.length <= width) {
      lines[lines.length - 1] = `${last} ${part}`;
    } else lines.push(`${last === undefined ? '  $ ' : belowIndent}${part}`);
  }
  return lines.join(`${continued}\n`);
}

function indented(text: string, indent: string): string {
  return text.replace(/^/gm, indent);
}
