'use client';

import { useEffect, useState } from 'react';

export default function Page() {
  const [lines, setLines] = useState([]);

  useEffect(() => {
    const print = (line) => setLines((before) => [...before, line]);
    import('../quickstart.js')
      .then(({ quickstart }) => quickstart(print))
      .catch((error) => print(String(error)));
  }, []);

  return <output style={{ whiteSpace: 'pre-line' }}>{lines.join('\n')}</output>;
}
