/** How the user called this program, for the commands that it recommends. */
export const resnetCommand = process.env.npm_lifecycle_event === 'resnet' ? 'npm run -s resnet --' : 'resnet';
