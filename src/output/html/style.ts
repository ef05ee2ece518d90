/** The page's style sheet: one column of a well-set report, sized in rem, coloured by a handful of names. */
export const style = `
:root{color-scheme:light dark;--paper:#fdfcfa;--ink:#1f1f1d;--soft:#5d5b55;--hair:#dedad2;--accent:#084553;--mid:#5f98a5;--hue:12,90,107}
@media screen and (prefers-color-scheme:dark){:root{--paper:#15171a;--ink:#e9e7e2;--soft:#aaa79f;--hair:#34373c;--accent:#8fd3e0;--mid:#327383;--hue:124,199,214}}
*{box-sizing:border-box}
html{font:400 100%/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font-size:.9375rem;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
.name{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden;overflow-wrap:anywhere;min-width:6.25rem}
main{max-width:62rem;margin:0 auto;padding:2.5rem 1.5rem 3rem}
h1,h2,p,dl,dd,figure,ul{margin:0;padding:0}
h1,h2,.big,.lede{font-family:Charter,"Bitstream Charter","Iowan Old Style","Palatino Linotype",Palatino,Georgia,"Liberation Serif",serif}
h1{font-size:2rem;font-weight:600;line-height:1.15;letter-spacing:-.01em}
h2{font-size:1.0625rem;font-weight:600;line-height:1.3;margin-bottom:.75rem}
section,details,footer{margin-top:2rem;padding-top:1rem;border-top:1px solid var(--hair)}
.site{font-size:.9375rem;font-weight:600;color:var(--soft)}
.lede{font-size:1.25rem;margin-top:.25rem}
.aside,.note,dt,.facts,.figures span,.labels,.legend,caption,thead th,.notes{color:var(--soft)}
.aside,.note,.legend,.labels,.facts,.notes{font-size:.8125rem;font-weight:400}
.lede .aside{font-family:system-ui,sans-serif;white-space:nowrap}
.facts{display:flex;flex-wrap:wrap;gap:.25rem 1.75rem;margin-top:.75rem}
.facts div{display:flex;flex-wrap:wrap;gap:0 .4rem}
.facts dd{color:var(--ink)}
.headline{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,7fr);gap:1.5rem 3rem}
.headline h2{margin:0}
.big{font-size:3.5rem;line-height:1.1;color:var(--accent);letter-spacing:-.02em}
.big.few{font-size:1.75rem;line-height:1.4;color:var(--soft)}
.figures{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1rem 2rem}
.figures dt{font-size:.8125rem}
.figures strong{display:block;font-size:1.375rem;font-weight:600;line-height:1.25}
.figures span{font-size:.8125rem}
.notes{list-style:none;margin-top:1rem;border-left:3px solid var(--accent);padding-left:.75rem}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.5rem 2.5rem}
figcaption,caption{font-size:.875rem;font-weight:600;text-align:left;color:var(--ink);padding-bottom:.5rem}
.plot{position:relative;margin:.5rem 1.25rem 2.75rem 2.75rem;height:12rem}
.plot svg{display:block;width:100%;height:100%;overflow:visible}
path{fill:none;vector-effect:non-scaling-stroke}
.grid{stroke:var(--hair);stroke-width:1}
.line,.dot,.hole,.whisker{stroke:var(--accent);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.dense .line{stroke-width:1.25}
.line.open{stroke-dasharray:2 5}
.band{fill:var(--mid)}
.band.open{fill:none;stroke:var(--mid);stroke-width:1;stroke-dasharray:3 2}
.dot{stroke-width:7}
.hole{stroke:var(--paper);stroke-width:4}
.whisker{stroke:var(--mid);stroke-width:4;stroke-linecap:butt}
.entered{fill:var(--mid)}
.bought{fill:var(--accent)}
.labels span{position:absolute;line-height:1;white-space:nowrap;font-size:.75rem}
.labels .y{right:100%;padding-right:.5rem;transform:translateY(-50%)}
.labels .x{top:100%;padding-top:.5rem;line-height:1.2;text-align:center;transform:translateX(-50%)}
.none{position:absolute;inset:0 0 30%;display:grid;place-items:center;font-size:.8125rem;color:var(--soft)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
.key::before{content:"";display:inline-block;width:1.25rem;height:.625rem;margin-right:.4rem;vertical-align:middle}
.key.line::before{height:0;border-top:2px solid var(--accent)}
.key.open::before{height:0;border-top:2px dotted var(--accent)}
.key.band::before{background:var(--mid)}
.key.entered::before{background:var(--mid);width:.625rem}
.key.bought::before{background:var(--accent);width:.625rem}
table{width:100%;border-collapse:collapse;line-height:1.3}
td,.aside,.whole{white-space:nowrap}
td.text,th.text{padding-left:1.5rem}
.text{white-space:normal}
th,td{padding:.35rem 0 .35rem .75rem;text-align:right;font-weight:400;vertical-align:baseline}
thead th{font-size:.8125rem;vertical-align:bottom;border-bottom:1px solid var(--hair)}
th:first-child,.text{text-align:left}
th:first-child{padding-left:0}
tbody th,tfoot th{font-weight:500}
tbody th[scope=rowgroup]{font-weight:600}
tfoot th,tfoot td{border-top:1px solid var(--hair);font-weight:600}
.range{display:inline-block;width:6rem;height:.75rem;margin-right:.75rem;overflow:visible;vertical-align:middle}
.bounds{display:inline-block;min-width:6.75em}
.verdict{margin-top:.75rem}
.cohorts td,.cohorts th{padding:.25rem .3rem;font-size:.8125rem}
.cohorts td{border:1px solid var(--paper)}
.cohorts th:first-child{padding-left:0;white-space:nowrap}
.few{color:var(--soft)}
.shade-1{background:rgba(var(--hue),.06)}
.shade-2{background:rgba(var(--hue),.11)}
.shade-3{background:rgba(var(--hue),.16)}
.shade-4{background:rgba(var(--hue),.21)}
.shade-5{background:rgba(var(--hue),.26)}
.shade-6{background:rgba(var(--hue),.31)}
.note{margin-top:.5rem}
.breakdown{font-size:.875rem}
.breakdown th[scope=rowgroup]{vertical-align:top}
.breakdown tbody+tbody tr:first-child>*{border-top:1px solid var(--hair)}
summary{font-size:.8125rem;font-weight:600;cursor:pointer}
details[open] summary{margin-bottom:.75rem}
footer{font-size:.8125rem}
.terms{columns:22rem 2;column-gap:2.5rem}
.terms div{break-inside:avoid;padding-bottom:.4rem}
.terms dt{display:inline;font-weight:600;color:var(--ink)}
.terms dt::after{content:": "}
.terms dd{display:inline;color:var(--soft)}
.nobody{margin-top:2rem;font-size:1.125rem}
@media screen and (max-width:54rem){
main{padding:1.5rem 1rem 2rem}
h1{font-size:1.625rem}
.headline{grid-template-columns:minmax(0,1fr)}
.cards thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.cards,.cards tbody,.cards tfoot,.cards tr{display:block}
.cards th,.cards td{border:0;padding:0;white-space:normal}
.cards tr{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:.5rem 1rem;padding:.75rem 0;border-top:1px solid var(--hair)}
.cards tr>*{text-align:left}
.range{display:block;width:100%;height:1.25rem}
.cards th,.cards .text{grid-column:1/-1}
.cards th{font-weight:600}
.cards td[data-title]::before{content:attr(data-title);display:block;font-size:.8125rem;font-weight:400;color:var(--soft)}
}
@media screen and (max-width:30rem){
.cards tr{grid-template-columns:repeat(3,minmax(0,1fr));gap:.5rem .75rem}
.cohorts td,.cohorts th{padding:.2rem .1rem;font-size:.6875rem}
.cards .aside{display:block}
}
@page{size:A4;margin:12mm 14mm}
@media print{
:root{--paper:#fff}
html{font-size:9pt}
.m{font-size:8pt}
.l{font-size:7.25pt}
.xl{font-size:6.75pt}
main{max-width:none;padding:0}
.site{float:right}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
section,details,footer{margin-top:.8rem;padding-top:.5rem}
figure,table,tr,.terms div,.short{break-inside:avoid}
h2,caption,figcaption{break-after:avoid}
details:not([open]),.older{display:none}
h2{margin-bottom:.3rem}
thead{display:table-header-group}
.plot{height:8rem;margin-bottom:2.5rem}
.dot{stroke-width:5.5}
.hole{stroke-width:3}
.columns{grid-template-columns:repeat(auto-fit,minmax(23rem,1fr));gap:.75rem 1.5rem}
th,td{padding-top:.15rem;padding-bottom:.15rem}
.range{width:5rem}
.cohorts td,.cohorts th{padding:.1rem .2rem}
.xl .cohorts td,.xl .cohorts th{padding:.1rem .15rem;font-size:.75rem}
.terms{columns:14rem 3;column-gap:1.5rem}
}
`;
