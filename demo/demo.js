import { copyOnPress } from "./copy.js";
import { find } from "./find.js";
import { followOutline } from "./outline.js";
import { reachByKeyboard } from "./scrollable.js";
import { streamAnswer } from "./stream.js";

const builtByTrunk = !document.querySelector("link[data-trunk]");

// A new visit opens at the newest answer, as chats do; a reload stays where the reader was.
const [navigation] = performance.getEntriesByType("navigation");
const isNewVisit =
  navigation instanceof PerformanceNavigationTiming && navigation.type === "navigate";
if (isNewVisit && !location.hash) {
  scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
}

followOutline(find("#outline"));
copyOnPress();
reachByKeyboard(document.querySelectorAll(".table, .code pre"));
streamAnswer(find("[data-stream]"));

// Under Trunk the answers get the Leptos component from `src/bin/demo.rs` instead.
if (!builtByTrunk) import("./element.js");
