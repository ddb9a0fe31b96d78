// Everything here makes an open page more pleasant. Nothing depends on it.
import { startCharts } from "./chart.js";
import { startCopying } from "./copy.js";
import { startLive } from "./live.js";
import { startSearch } from "./search.js";
import { startMenus } from "./menu.js";

startLive((region) => startCopying(region));
startCopying(document);
startCharts(document);
startSearch();
startMenus();

// After a refusal, readers and keyboards begin at what is wrong.
document.getElementById("errors")?.focus();
