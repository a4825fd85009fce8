import assert from "node:assert/strict";
import { test } from "node:test";
import { expired, runOf } from "./run-of.ts";

const key = (claims: object, user = "", endpoint = "https://a.test") =>
  JSON.stringify([endpoint, `e30.${btoa(JSON.stringify(claims))}.signature`, user]);

test("tokens of one run, user and receiver are about one answer", () => {
  const claims = { agent: "a", run: "r", sub: "u" };
  const run = runOf(key({ ...claims, exp: 1 }));
  assert.equal(runOf(key({ ...claims, exp: 2 })), run);
  assert.equal(runOf(key({ ...claims, sub: undefined }, "u")), run);
  for (const other of [
    key({ ...claims, run: "another" }),
    key({ ...claims, agent: "another" }),
    key({ ...claims, sub: "another" }),
    key(claims, "", "https://b.test"),
  ]) {
    assert.notEqual(runOf(other), run);
  }
});

test("a token that says nothing is about itself alone", () => {
  assert.notEqual(runOf('["https://a.test","one",""]'), runOf('["https://a.test","other",""]'));
});

test("a token has surely expired a day after it says so", () => {
  const now = Date.now() / 1000;
  assert.equal(expired(key({ exp: now - 90_000 })), true);
  assert.equal(expired(key({ exp: now - 3600 })), false, "a clock may be off");
  assert.equal(expired(key({})), false);
  assert.equal(expired('["https://a.test","says nothing",""]'), false);
});
