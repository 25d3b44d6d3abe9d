"""How reports look: quiet, by the reader's own light or dark, on a phone as on paper."""

STYLE = """
:root{--paper:#fcfcfa;--ink:#1d2327;--soft:#5c666d;--line:#dcdfdc;--card:#fff;--ours:#0b6e4f;--theirs:#b4552d;
--good:#0b6e4f;--goodback:#e7f3ee;--bad:#9a3b12;--badback:#fbeee6}
@media(prefers-color-scheme:dark){:root{--paper:#14181a;--ink:#e3e7e6;--soft:#9aa5a9;--line:#2e3639;--card:#1b2023;
--ours:#54c59b;--theirs:#e5946b;--good:#54c59b;--goodback:#15291f;--bad:#eba37e;--badback:#2d1d15}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif;
-webkit-text-size-adjust:100%}
main{max-width:64rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem;font-weight:650}
h2{font-size:1.15rem;margin:2.75rem 0 .75rem;padding-bottom:.3rem;border-bottom:1px solid var(--line);font-weight:650}
p{margin:.5rem 0;max-width:46rem}
.soft,figcaption,caption{color:var(--soft);font-size:.875rem}
.verdict{margin:1.25rem 0;padding:1rem 1.25rem;border-left:4px solid var(--good);background:var(--goodback);
border-radius:4px}
.verdict.no{border-color:var(--bad);background:var(--badback)}
.verdict strong{font-size:1.1rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.75rem;margin:1rem 0;padding:0}
.figures div{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.75rem .9rem}
.figures dt{color:var(--soft);font-size:.82rem;line-height:1.3}
.figures dd{margin:.25rem 0 0;font-size:1.45rem;font-weight:600;font-variant-numeric:tabular-nums;line-height:1.2}
.figures small{display:block;font-size:.8rem;font-weight:400;color:var(--soft);margin-top:.2rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1.25rem}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.9rem .9rem .75rem;
min-width:0}
figure h3{margin:0 0 .35rem;font-size:.95rem;font-weight:600}
figure svg{display:block;width:100%;height:auto}
figcaption{margin-top:.4rem;line-height:1.45}
.key{font-size:.82rem;color:var(--soft);margin:0 0 .3rem}
.key i{display:inline-block;width:1.4rem;height:0;border-top:2.5px solid var(--ours);vertical-align:middle;
margin:0 .35rem 0 0}
.key i.theirs{border-top:2.5px dashed var(--theirs);margin-left:.9rem}
.scroll{overflow-x:auto;margin:.5rem 0}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.2rem 0 .5rem}
th,td{padding:.4rem .7rem .4rem 0;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
thead th{font-weight:500;color:var(--soft);white-space:nowrap}
th:first-child{text-align:left;font-weight:500;min-width:10rem}
td.words,th.words{text-align:left}td.words{min-width:9rem;color:var(--soft)}.narrow{max-width:34rem}
th small{color:var(--soft)}th small{display:block;font-weight:400;font-size:.8rem}
code{font:.85em ui-monospace,monospace;overflow-wrap:anywhere}
svg text{fill:var(--soft);font:11px system-ui,sans-serif}
svg .name{fill:var(--ink)}
svg .grid{stroke:var(--line);stroke-width:1;fill:none}
svg .ours{stroke:var(--ours);stroke-width:2.2;fill:none;stroke-linejoin:round}
svg .theirs{stroke:var(--theirs);stroke-width:2;fill:none;stroke-dasharray:5 4;stroke-linejoin:round}
svg .even{stroke:var(--soft);stroke-width:1;fill:none;stroke-dasharray:2 3}
svg .dot{fill:var(--ours)}svg .dot2{fill:none;stroke:var(--theirs);stroke-width:2}
svg .bar{fill:var(--ours)}svg .bar2{fill:var(--theirs)}svg .pale{opacity:.45}
@media print{body{background:#fff}figure,tr{break-inside:avoid}}
"""
