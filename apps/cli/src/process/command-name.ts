/** How the user can call this program, for the commands that it recommends: npm and npx know programs that a shell doesn't. */
export const resnetCommand = commandIn(process.env);

export function commandIn({ npm_lifecycle_event: script, npm_command: command }: NodeJS.ProcessEnv): string {
  if (script === 'resnet') return 'npm run -s resnet --';
  return script !== undefined || command === 'exec' ? 'npx @resnetjs/cli' : 'resnet';
}
