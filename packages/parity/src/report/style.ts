/** The looks of the HTML report: dark or light as the reader's system, wide or narrow. */
export const reportStyle = `
:root { color-scheme: light dark; --ground: #fbfaf8; --card: #fff; --ink: #1d1d1f; --faint: #6a6a70; --line: #e4e1db; --good: #23775a; --bar: #7fc3a6; --bad: #b3261e; --badbar: #e58a84; --mark: #1d1d1f; }
@media (prefers-color-scheme: dark) { :root { --ground: #16171a; --card: #1e2024; --ink: #ececec; --faint: #a0a2a8; --line: #33363c; --good: #7fd1ae; --bar: #2f7a5c; --bad: #ff9d95; --badbar: #8f3a34; --mark: #ececec; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 2.2rem; margin: 0; letter-spacing: -0.02em; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.25rem; }
h3 { margin: 0 0 0.5rem; font-size: 1.05rem; display: flex; justify-content: space-between; }
h3 span { font-weight: 500; font-size: 0.9rem; }
header p { max-width: 46rem; }
.summary { font-size: 1.25rem; font-weight: 600; margin: 0.25rem 0 0.75rem; }
.good h3 span, .summary.good { color: var(--good); }
.bad h3 span, .summary.bad { color: var(--bad); }
.facts, footer, .absent { color: var(--faint); font-size: 0.9rem; }
code { font: 0.9em ui-monospace, monospace; overflow-wrap: anywhere; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem; }
dl { margin: 0; display: grid; grid-template-columns: auto 1fr; gap: 0.15rem 0.75rem; font-size: 0.85rem; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
.scroll, .frame { border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.85rem; }
th, td { text-align: left; padding: 0.3rem 0.75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
.matrix thead th { position: sticky; top: 0; z-index: 1; background: var(--card); border-radius: 10px 10px 0 0; }
tbody th { font-weight: 400; overflow-wrap: anywhere; }
.matrix tbody th { min-width: 8rem; }
.matrix td { min-width: 9rem; white-space: nowrap; }
tr.group th { font-weight: 600; padding-top: 1.1rem; }
.bar { display: inline-block; position: relative; width: 4.5rem; height: 0.7em; margin-right: 0.5rem; background: linear-gradient(90deg, var(--bar) calc(var(--error) * 100%), var(--line) 0); border-radius: 2px; }
.bar::after { content: ''; position: absolute; left: calc(var(--tolerance) * 100%); top: -2px; bottom: -2px; width: 2px; background: var(--mark); }
.bad .bar { background: linear-gradient(90deg, var(--badbar) calc(var(--error) * 100%), var(--line) 0); }
.bad .figure { color: var(--bad); font-weight: 600; }
.figure { font-variant-numeric: tabular-nums; }
@media (max-width: 46rem) {
  .scroll table { min-width: 44rem; }
  .matrix { font-size: 0.75rem; }
  .matrix td { min-width: 0; white-space: normal; }
  .matrix th, .matrix td { padding: 0.3rem 0.35rem; }
  .matrix tr.group th { padding-top: 1.1rem; }
  .matrix .bar { display: block; width: 100%; min-width: 2.25rem; margin: 0.35em 0 0.15em; }
}
@media print { body { max-width: none; } .scroll { overflow: visible; } }
`;
