import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Header } from './components/header.js';
import { Notice } from './components/notice.js';
import { News } from './files/news.js';
import { PageDrops } from './files/page-drops.js';
import { messageOf } from './engine/engine.js';
import { room, type RoomName, rooms } from './route.js';

/** A room's code is fetched when it is first entered. */
const entrances: Readonly<Record<RoomName, () => Promise<ComponentType>>> = {
  look: async () => (await import('./rooms/look/look.js')).Look,
  train: async () => (await import('./rooms/train/train.js')).Train,
  use: async () => (await import('./rooms/use/use.js')).Use,
  prove: async () => (await import('./rooms/prove/prove.js')).Prove,
};

export function App() {
  return (
    <>
      <button type="button" class="skip" onClick={skipToRoom}>
        Skip to the room
      </button>
      <Header />
      <News />
      <main id="room" tabIndex={-1}>
        <Room name={room.value} />
      </main>
      <PageDrops />
      <footer class="foot">
        <p>
          Everything is computed in this browser. No picture leaves your device, and your visit is not
          tracked.
        </p>
        <p>ResNet.js, Apache 2.0</p>
      </footer>
    </>
  );
}

function skipToRoom(): void {
  document.getElementById('room')?.focus();
}

function Room({ name }: { readonly name: RoomName }) {
  const entered = useSignal<{ name: RoomName; Inside: ComponentType } | null>(null);
  const problem = useSignal<string | null>(null);
  const first = useRef(true);
  useEffect(() => {
    let left = false;
    problem.value = null;
    entrances[name]().then(
      (Inside) => {
        if (left) return;
        entered.value = { name, Inside };
        document.title = `${rooms.find((each) => each.name === name)?.title} – ResNet.js`;
        if (!first.current) document.getElementById('room')?.focus({ preventScroll: true });
        if (!first.current) scrollTo(0, 0);
        first.current = false;
      },
      (error) => {
        if (!left) problem.value = messageOf(error);
      },
    );
    return () => {
      left = true;
    };
  }, [name]);
  if (problem.value !== null) {
    return (
      <Notice kind="problem" title="This room could not be loaded">
        Check the connection, and reload the page. ({problem.value})
      </Notice>
    );
  }
  const current = entered.value;
  if (current === null) return <p class="waiting">Opening …</p>;
  return <current.Inside />;
}
