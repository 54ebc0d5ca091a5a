/*
 * The style sheet of the page.  Colours are named once for light and once for dark; paper is always light.
 * Men and women differ in hue and in lightness, and unknown is hatched, so that they stay apart for every
 * kind of colour vision and in grey print.
 */
#include <stddef.h>

#include "page.h"

const char *const page_style[] = {
	":root{color-scheme:light dark;--page:#fff;--ink:#16202b;--soft:#566372;--line:#e3e8ed;--faint:#f3f5f7;"
	"--people:#0b6b72;--band:#b9dcdc;--hatch:#8fc4c5;--seen:#7b8894;"
	"--men:#1f4e86;--women:#d98e1f;--unknown:#eef1f4;--stripe:#aab4be;--mark:#9a5b00}\n",
	"@media (prefers-color-scheme:dark){:root{--page:#11161b;--ink:#e6ebf0;--soft:#9aa7b4;--line:#28323c;--faint:#1a2128;"
	"--people:#58c7c4;--band:#1d4a4d;--hatch:#2f7072;--seen:#71808e;"
	"--men:#5b93dd;--women:#f0b04c;--unknown:#2a343e;--stripe:#647382;--mark:#f0b04c}}\n",
	"*{box-sizing:border-box}\n",
	"body{margin:0;background:var(--page);color:var(--ink);"
	"font:16px/1.55 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,sans-serif;"
	"-webkit-text-size-adjust:100%;text-size-adjust:100%}\n",
	"main{max-width:62rem;margin:0 auto;padding:3.5rem 1.5rem 4rem}\n",
	"h1{font-size:2.1rem;line-height:1.15;letter-spacing:-.02em;font-weight:650;margin:0}\n",
	"h2{font-size:1.35rem;line-height:1.25;letter-spacing:-.01em;font-weight:650;margin:0 0 .25rem;overflow-wrap:anywhere}\n",
	".caption{font-size:1rem;font-weight:650;letter-spacing:0;margin:0}\n",
	"p{margin:0}\n",
	".lede{margin-top:.6rem;color:var(--soft);font-size:1.05rem;overflow-wrap:anywhere}\n",
	".lede b{color:var(--ink);font-weight:600}\n",
	".soft{color:var(--soft);font-size:.875rem}\n",
	"section{margin-top:3.25rem}\n",
	".keys+section figure:first-child,.keys+section .pair{margin-top:0}\n",
	".keys{display:grid;grid-template-columns:repeat(4,1fr);margin:2.5rem 0 0;border-top:1px solid var(--line);"
	"border-bottom:1px solid var(--line)}\n",
	".keys>div{padding:1.2rem 1.4rem 1.3rem;border-left:1px solid var(--line)}\n",
	".keys>div:first-child{padding-left:0;border-left:0}\n",
	".keys>div:last-child{padding-right:0}\n",
	".keys dt{font-size:.8125rem;color:var(--soft)}\n",
	".keys dd{margin:0}\n",
	".big{display:block;font-size:2rem;line-height:1.25;letter-spacing:-.02em;font-weight:600;"
	"font-variant-numeric:tabular-nums;white-space:nowrap}\n",
	".keys .note{display:block;font-size:.8125rem;line-height:1.4;color:var(--soft);font-variant-numeric:tabular-nums}\n",
	".shares{display:block;width:100%;height:10px;margin:.85rem 0 .7rem}\n",
	".keys .share{display:flex;justify-content:space-between;font-size:.8125rem;line-height:1.5;font-variant-numeric:tabular-nums}\n",
	"figure{margin:2.5rem 0 0;padding-bottom:2.9rem}\n",
	"figcaption{display:flex;flex-wrap:wrap;gap:.15rem 1.4rem;align-items:baseline;margin-bottom:1.1rem}\n",
	"figcaption p{flex-basis:100%}\n",
	".legend{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;font-size:.8125rem;color:var(--soft)}\n",
	".legend span{display:inline-flex;align-items:center;gap:.4rem;white-space:nowrap}\n",
	".legend svg{width:18px;height:12px;flex:none}\n",
	".pair{display:grid;grid-template-columns:1fr 1fr;gap:0 2.5rem;margin-top:2.5rem}\n",
	".pair figure{margin-top:0}\n",
	".plot{position:relative;margin:0 1.4rem 0 2.6rem}\n",
	".plot>svg{position:absolute;inset:0;width:100%;display:block;overflow:visible}\n",
	".plot span{position:absolute;font-size:.75rem;line-height:1rem;color:var(--soft);font-variant-numeric:tabular-nums;white-space:nowrap}\n",
	".y{right:100%;margin:-.5rem .6rem 0 0}\n",
	".x{position:absolute;top:100%;left:0;right:0;height:0}\n",
	".x span{top:9px;transform:translateX(-50%);text-align:center}\n",
	".x span::before{content:\"\";position:absolute;left:50%;top:-8px;height:5px;border-left:1px solid var(--soft)}\n",
	".few,.some{display:none}\n",
	".pair .many{display:none}.pair .few{display:block}\n",
	".plot .v{transform:translate(-50%,-1.45rem);z-index:1;color:var(--ink);font-size:.875rem;font-weight:650;pointer-events:none;"
	"text-shadow:0 0 3px var(--page),0 0 3px var(--page),0 0 3px var(--page)}\n",
	"svg path{vector-effect:non-scaling-stroke}\n",
	".grid{stroke:var(--line);fill:none;shape-rendering:crispEdges}\n",
	".base{stroke:var(--soft);fill:none;shape-rendering:crispEdges}\n",
	".band{fill:var(--band)}.ground{fill:var(--faint)}.hatch{fill:var(--hatch)}\n",
	".average{fill:none;stroke:var(--people);stroke-width:2;stroke-linejoin:round}\n",
	".track{fill:var(--line)}.seen{fill:var(--seen)}\n",
	".men{fill:var(--men)}.women{fill:var(--women)}.unknown{fill:var(--unknown)}.stripe{fill:var(--stripe)}\n",
	".edge{stroke:var(--page);stroke-width:1}\n",
	".tips rect{fill:transparent}.tips rect:hover{fill:var(--ink);fill-opacity:.07}\n",
	".scroll{overflow-x:auto;margin-top:.9rem}\n",
	"table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}\n",
	"th,td{padding:.42rem 0 .42rem 1.1rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:top}\n",
	"th:first-child,td:first-child{padding-left:0;text-align:left}\n",
	"thead th{font-weight:500;color:var(--soft);font-size:.8125rem}\n",
	"tbody th{font-weight:400}\n",
	".names td:first-child,.names tbody th{white-space:normal;overflow-wrap:anywhere;min-width:9rem}\n",
	".part{color:var(--mark)}\n",
	"a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:.2em}\n",
	"details{margin-top:1.1rem}\n",
	"summary{cursor:pointer;font-size:.9375rem;font-weight:550;padding:.35rem 0}\n",
	"summary:focus-visible,a:focus-visible{outline:2px solid var(--people);outline-offset:3px;border-radius:2px}\n",
	".facts{display:grid;grid-template-columns:minmax(9rem,max-content) minmax(0,1fr);margin:1rem 0 0;font-size:.875rem;"
	"border-top:1px solid var(--line)}\n",
	".facts+.facts{margin-top:2rem}\n",
	".facts dt,.facts dd{padding:.5rem 0;border-bottom:1px solid var(--line);margin:0}\n",
	".facts dt{color:var(--soft);padding-right:2rem}\n",
	".facts dd{overflow-wrap:anywhere;font-variant-numeric:tabular-nums}\n",
	"code{font:.8125rem/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,\"Liberation Mono\",monospace}\n",
	".settings{columns:2;column-gap:2rem;margin:0;padding:0;list-style:none}\n",
	".notes{max-width:44rem}\n",
	".notes dl{margin:1rem 0 0}.notes dt{font-weight:600;font-size:.9375rem;margin-top:1rem}\n",
	".notes dd{margin:.1rem 0 0;color:var(--soft);font-size:.9375rem}\n",
	"footer{margin-top:3.25rem;padding-top:1rem;border-top:1px solid var(--line)}\n",
	"@media (max-width:55rem){.many{display:none}.some{display:block}.keys{grid-template-columns:1fr 1fr}"
	".keys>div:nth-child(odd){padding-left:0;border-left:0}.keys>div:nth-child(even){padding-right:0}"
	".keys>div:nth-child(n+3){border-top:1px solid var(--line)}}\n",
	"@media (max-width:40rem){main{padding:2rem 1.25rem 3rem}h1{font-size:1.7rem}section{margin-top:2.5rem}"
	".some,.pair .some{display:none}.few{display:block}.pair{display:block}.pair figure+figure{margin-top:2.5rem}.keys{margin-top:1.75rem}.keys>div{padding:.9rem 1rem 1rem}"
	".big{font-size:1.6rem}.plot{margin:0 .9rem 0 2.2rem}.facts{grid-template-columns:1fr}.facts dt{border:0;padding-bottom:0}"
	".facts dd{padding-top:0}.settings{columns:1}th,td{padding-left:.85rem}}\n",
	"@media print{:root{color-scheme:light;--page:#fff;--ink:#000;--soft:#444;--line:#ccc;--faint:#f3f5f7;--people:#0b5a60;--band:#c4dfdf;"
	"--hatch:#8fc4c5;--seen:#7b8894;--men:#1f4e86;--women:#e09a30;--unknown:#fff;--stripe:#98a2ac;--mark:#000}"
	"*{-webkit-print-color-adjust:exact;print-color-adjust:exact}"
	"@page{margin:16mm 15mm}body{font-size:10.5pt}main{max-width:none;padding:0}section{margin-top:2rem}"
	"figure,.keys,.facts,.notes dd,tr{break-inside:avoid}h2,summary,.notes dt{break-after:avoid}figure{margin-top:1.3rem;padding-bottom:2.6rem}.pair{margin-top:1.3rem}.keys+section{margin-top:1.6rem}h1{font-size:1.8rem}thead{display:table-header-group}"
	".many,.few{display:none}.some{display:block}.pair .some{display:none}.pair .few{display:block}"
	".keys{grid-template-columns:repeat(4,1fr);margin-top:1.5rem}.keys>div{border-top:0;padding:.7rem .9rem .8rem}"
	".keys>div:nth-child(n+3){border-top:0}.keys>div:nth-child(3){padding-left:.9rem;border-left:1px solid var(--line)}"
	".keys>div:nth-child(2){padding-right:.9rem}.big{font-size:1.5rem}.pair{display:grid}"
	".scroll{overflow:visible}details:not([open]){display:none}a{text-decoration:none}}\n",
	NULL
};
