'use client';

import { useEffect, useState } from 'react';
import { quickstart } from '../quickstart.js';

export default function Page() {
  const [lines, setLines] = useState([]);

  useEffect(() => {
    const print = (line) => setLines((before) => [...before, line]);
    quickstart(print).catch((error) => print(String(error)));
  }, []);

  return <output style={{ whiteSpace: 'pre-line' }}>{lines.join('\n')}</output>;
}
