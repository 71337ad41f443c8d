import { expect, it } from 'vitest';
import { fetchIntoMemory } from './fetch-file.js';
import type { HubResponse } from './request.js';

it("prints nothing of a server's words that a terminal would heed", async () => {
  const url = 'https://server.example/a.pth';
  const answer: HubResponse = {
    ...{ status: 403, statusText: '\u001b[31mNo\u0007', url, body: null },
    headers: { get: () => null },
  };
  await expect(fetchIntoMemory(url, async () => answer)).rejects.toThrow(/answers 403 \[31mNo\. Check/);
});
