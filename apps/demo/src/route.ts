import { signal } from '@preact/signals';

export const rooms = [
  { name: 'look', title: 'Look' },
  { name: 'train', title: 'Train' },
  { name: 'use', title: 'Use' },
  { name: 'prove', title: 'Prove' },
] as const;
export type RoomName = (typeof rooms)[number]['name'];

const here = (): RoomName => rooms.find(({ name }) => `#${name}` === location.hash)?.name ?? 'look';

/** The room that the address names. */
export const room = signal<RoomName>(here());

addEventListener('hashchange', () => {
  room.value = here();
});
