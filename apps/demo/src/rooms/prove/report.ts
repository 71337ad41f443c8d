import { backendTitle, milliseconds } from '../../components/format.js';
import { cases, level, proofs, summarize } from './proof.js';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (each) => escapes[each] ?? each);

const styles = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;font-size:13px}td,th{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #8884}
.bad{color:#c2272d;font-weight:600}h2{margin-top:2.5rem}code{font-size:12px}`;

/** The results as one HTML page, which makes no requests and has the figures as JSON in it. */
export function reportHtml(): string {
  const shown = proofs.value;
  const titles = shown
    .map(({ backend }) => `<th scope="col">${escaped(backendTitle[backend])}</th>`)
    .join('');
  const verdicts = shown.map((proof) => {
    const { passed, total, closest } = summarize(proof);
    const facts = Object.entries({
      threads: proof.facts?.threads ?? '–',
      precision: proof.facts ? `${proof.facts.precision} bits` : '–',
      ...proof.facts?.details,
    }).map(
      ([key, value]) => `<tr><th scope="row">${escaped(key)}</th><td>${escaped(String(value))}</td></tr>`,
    );
    const verdict = `<p>${passed} of ${total} cases within their bounds${closest === null ? '' : `; closest to its bound is ${escaped(closest.name)}: ${closest.error.toExponential(2)} of ${closest.allowed.toExponential(2)}`}.</p>`;
    const problem = proof.problem === null ? '' : `<p class="bad">${escaped(proof.problem)}</p>`;
    return `<h2>${escaped(backendTitle[proof.backend])}</h2>${verdict}${problem}<table>${facts.join('')}</table>`;
  });
  const rows = cases.value.map(({ id, group, name }) => {
    const cells = shown.map(({ results }) => {
      const result = results.get(id);
      if (result === undefined) return '<td>–</td>';
      const failures = result.failures.map((failure) => `<br>${escaped(failure)}`).join('');
      return `<td${result.passed ? '' : ' class="bad"'}>${result.error.toExponential(2)}${failures}</td>`;
    });
    const allowed = shown.map(({ results }) => results.get(id)?.allowed).find((each) => each !== undefined);
    return `<tr><td>${escaped(group)}</td><td>${escaped(name)}</td><td>${allowed?.toExponential(0) ?? ''}</td>${cells.join('')}</tr>`;
  });
  const published = shown[0]?.published.map(({ source, call }, index) => {
    const cells = shown.map((proof) => {
      const one = proof.published[index];
      if (one === undefined) return '<td>–</td>';
      return one.passed ? '<td>the same</td>' : `<td class="bad">${escaped(one.message)}</td>`;
    });
    return `<tr><td><code>${escaped(call)}</code></td><td>${escaped(source)}</td>${cells.join('')}</tr>`;
  });
  const speeds = shown.flatMap(({ backend, speeds: measured }) =>
    measured.map(
      ({ what, batch, cold, warm }) =>
        `<tr><td>${escaped(backendTitle[backend])}</td><td>${escaped(what)}, ${batch} at a time</td><td>${milliseconds(cold)}</td><td>${milliseconds(warm)}</td></tr>`,
    ),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>ResNet.js: parity, measured here</title><style>${styles}</style></head><body>
<h1>ResNet.js: parity, measured in a browser</h1>
<p>${escaped(new Date().toISOString())}; ${escaped(navigator.userAgent)}; ${navigator.hardwareConcurrency} cores; cross-origin isolated: ${crossOriginIsolated}; cases: ${level.value}.</p>
${verdicts.join('\n')}
<h2>Distance to float64</h2><p>Relative L2, the largest of each case. Each has a bound of its own; for whole networks it is four times the error of plain arithmetic of 32 bits, measured on the same case.</p>
<table><tr><th scope="col"></th><th scope="col">Case</th><th scope="col">Bound</th>${titles}</tr>${rows.join('\n')}</table>
<h2>Published numbers</h2>
<table><tr><th scope="col">Call</th><th scope="col">Printed in</th>${titles}</tr>${published?.join('\n') ?? ''}</table>
<h2>Speed</h2>
<table><tr><th scope="col">Backend</th><th scope="col">What</th><th scope="col">Cold</th><th scope="col">Warm</th></tr>${speeds.join('\n')}</table>
<script type="application/json" id="figures">${figures()}</script>
</body></html>
`;
}

/** JSON that can't end the script that holds it. */
function figures(): string {
  const all = proofs.value.map((proof) => ({ ...proof, results: [...proof.results.values()] }));
  return JSON.stringify({ cases: cases.value, proofs: all }).replace(/</g, '\\u003c');
}
