import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "./nearest.ts";

const TAGS = ["ar", "de", "he", "pt-BR", "zh-Hans", "zh-Hant"];

for (const [lang, tag] of [
  ["de", "de"],
  ["DE-at", "de"],
  ["de-Latn-CH", "de"],
  ["ar-EG", "ar"],
  ["iw", "he"],
  ["pt-BR", "pt-BR"],
  ["pt-PT", "pt-BR"],
  ["pt", "pt-BR"],
  ["zh", "zh-Hans"],
  ["zh-CN", "zh-Hans"],
  ["zh-TW", "zh-Hant"],
  ["zh-Hant-HK", "zh-Hant"],
  ["zh-HK", "zh-Hant"],
  ["ja", undefined],
  ["", undefined],
  ["not a tag", undefined],
] as const) {
  test(`“${lang}” speaks ${tag}`, () => assert.equal(nearest(lang, TAGS), tag));
}

test("a regional language comes before its base", () => {
  assert.equal(nearest("pt-BR", ["pt", "pt-BR"]), "pt-BR");
  assert.equal(nearest("pt-PT", ["pt-BR", "pt"]), "pt");
});
