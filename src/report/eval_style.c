/*
 * What the style sheet of the pages on evaluations adds.  Right answers and mistakes differ in hue and are written
 * out; of two views one has full dots and the other rings, so that they stay apart in grey print.
 */
#include <stddef.h>

#include "eval_parts.h"

const char *const eval_style[] = {
	".whole{white-space:nowrap}\n",
	".keys>div{min-width:0}.said{margin-top:1.5rem}.remarks{margin-top:.8rem}\n",
	".range,.sub{color:var(--soft);font-size:.8125rem;font-weight:400}\n",
	".sub{display:block;line-height:1.35}\n",
	".plot .axis{position:absolute;left:0;right:0;top:calc(100% + 1.65rem);text-align:center;"
	"font-size:.75rem;line-height:1rem;color:var(--soft)}\n",
	".plot .flag{top:-1.3rem;transform:translateX(-50%);color:var(--ink);font-weight:600}\n",
	".plot .flag.from{transform:translateX(-.5rem)}.plot .flag.upto{transform:translateX(calc(-100% + .5rem))}\n",
	".one,.two,.diagonal,.guide,.whisker,.reference{fill:none}\n",
	".one{stroke:var(--men);stroke-width:1.5}.two{stroke:var(--women);stroke-width:1.5;stroke-dasharray:5 3}\n",
	".diagonal,.guide{stroke:var(--soft);stroke-dasharray:2 4}\n",
	".dot,.hole,.small{fill:none;stroke-linecap:round;stroke-dasharray:none}\n",
	".dot{stroke:var(--people);stroke-width:10}.dot.second{stroke:var(--mark)}.hole{stroke:var(--page);stroke-width:5}\n",
	".small{stroke-width:6}\n",
	".whisker{stroke:var(--people);stroke-width:2}.whisker.second{stroke:var(--mark)}\n",
	".second-line{fill:none;stroke:var(--mark);stroke-width:2;stroke-dasharray:5 3}\n",
	".reference{stroke:var(--ink);stroke-width:2;stroke-dasharray:3 2}\n",
	".views{margin-top:1.4rem}.curves{margin-top:0}.curves section{min-width:0}.curves section:only-child{grid-column:1/-1}\n",
	".curves figcaption{min-height:5.6rem;align-content:flex-start}.curves .plot{margin-top:2rem}\n",
	".flat{padding-bottom:0}section>.flat:first-child{margin-top:0}\n",
	".dots th,.dots td{vertical-align:middle}\n",
	".dots th:first-child{width:12.5rem;white-space:normal}\n",
	".dots td:last-child,.dots th:last-child{width:11rem}\n",
	".dots .c{padding:0 .5rem 0 1.1rem;overflow:hidden}\n",
	".dots svg{display:block;width:100%;overflow:visible}.of1{height:28px}.of2{height:56px}\n",
	".m{display:block;height:28px;line-height:28px;white-space:nowrap}.m .range{display:inline-block;min-width:6.2rem}"
	".dots th .range{margin-left:.5rem}\n",
	".dots thead th,.dots thead td{vertical-align:bottom}.dots thead .c{padding-bottom:.42rem;overflow:visible}\n",
	".ticks{position:relative;height:1.2rem}\n",
	".ticks span{position:absolute;bottom:0;transform:translateX(-50%);font-size:.75rem;color:var(--soft)}\n",
	".dots .group th:last-child{width:auto;padding-left:0}.group th{color:var(--soft);font-size:.8125rem;padding-top:1.4rem}\n",
	".words th{max-width:40rem}\n",
	".matrix{display:block;width:100%;max-width:27rem;margin:0 auto 0 0}\n",
	".matrix text{fill:var(--ink);font-size:13px;text-anchor:middle}.matrix .side{fill:var(--soft);text-anchor:start}"
	".matrix .top{fill:var(--soft)}.matrix .n{font-size:22px;font-weight:600}.matrix .share{font-size:13px}\n",
	".matrix .inverse{fill:var(--page)}\n",
	".right{fill:var(--people)}.wrong{fill:var(--women)}.none{fill:var(--seen)}\n",
	".kind{margin:1.6rem 0 .6rem}\n",
	".gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:1rem}"
	".large{grid-template-columns:repeat(auto-fill,minmax(14rem,1fr))}\n",
	"figure.shot{margin:0;padding:0;min-width:0}.shot img{display:block;width:100%;height:auto;border-radius:3px;background:var(--faint)}\n",
	".shot figcaption{display:block;margin:.35rem 0 0;font-size:.8125rem;line-height:1.35;color:var(--soft);overflow-wrap:anywhere}\n",
	".rejected{columns:3;column-gap:2rem;margin:.6rem 0 0;padding:0;list-style:none;overflow-wrap:anywhere}\n",
	"@media (max-width:55rem){.pair.curves{display:block}.curves figcaption{min-height:0}.dots th:first-child{width:9.5rem}"
	".dots td:last-child,.dots th:last-child{width:9.5rem}.m .range{min-width:0;margin-left:.4rem}}\n",
	"@media (max-width:40rem){"
	".dots thead td{vertical-align:top}.ticks span{bottom:auto;top:0}.ticks .odd{display:none}"
	".dots .sub,.dots .range{font-size:.75rem}.rejected{columns:1}"
	".of1{height:36px}.of2{height:72px}.m{height:36px;padding-top:3px}"
	".m,.m .range,.dots th .range{line-height:15px}.m .range,.dots th .range{display:block;margin-left:0}"
	".views>*+*{margin-top:1.8rem}.plots figure{padding-bottom:2.6rem}"
	".dots .c{padding:0 .3rem 0 .6rem}.dots th:first-child{width:6rem}.dots td:last-child,.dots th:last-child{width:5.2rem;padding-left:.3rem}"
	".dot{stroke-width:9}.hole{stroke-width:4.5}"
	".gallery{grid-template-columns:repeat(auto-fill,minmax(6.6rem,1fr));gap:.8rem}"
	".large{grid-template-columns:repeat(auto-fill,minmax(10rem,1fr))}}\n",
	"@media print{.pair.curves{display:grid}.curves figcaption{min-height:7.5rem}.keep,.shot,.dots tr,section>p{break-inside:avoid}"
	".kind,h3,section>p,section>.legend{break-after:avoid}.dots th,.dots td{padding-top:.1rem;padding-bottom:.1rem}"
	".dots .group th{padding-top:.5rem}.of1{height:24px}.large{grid-template-columns:repeat(3,1fr)}}\n",
	NULL
};
