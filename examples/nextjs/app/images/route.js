import { openDataset } from 'resnetjs/node';

/** On the server, Node reads files, and can train and classify, too. */
export async function GET() {
  const images = await openDataset('synthetic:signs', { imageSize: 16, count: 48 });
  return Response.json(images.description);
}
