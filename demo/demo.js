import { copyOnPress } from "./copy.js";
import { followOutline } from "./outline.js";
import { reachByKeyboard } from "./scrollable.js";
import { streamAnswer } from "./stream.js";

const builtByTrunk = !document.querySelector("link[data-trunk]");

// A new visit opens at the newest answer, as chats do; a reload stays where the reader was.
const [navigation] = performance.getEntriesByType("navigation");
if (navigation?.type === "navigate" && !location.hash) {
  scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
}

followOutline(document.getElementById("outline"));
copyOnPress();
reachByKeyboard(document.querySelectorAll(".table, .code pre"));
streamAnswer(document.querySelector("[data-stream]"));

// Under Trunk the answers get the Leptos component from `src/bin/demo.rs` instead.
if (!builtByTrunk) import("./element.js");
