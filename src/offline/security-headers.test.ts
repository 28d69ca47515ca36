import { expect, test } from "vitest";
import { CONTENT_SECURITY_POLICY, withSecurityHeaders } from "./security-headers.ts";

test("a response keeps body, status and type, and is isolated under the policy", async () => {
  const response = withSecurityHeaders(new Response("export {}", { headers: { "Content-Type": "text/javascript" } }));
  expect(response.status).toBe(200);
  expect(await response.text()).toBe("export {}");
  expect(Object.fromEntries(response.headers)).toEqual({
    "content-type": "text/javascript",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  });
});

test("the policy lets no text become script", () => {
  expect(CONTENT_SECURITY_POLICY).not.toMatch(/'unsafe-(eval|inline)'/);
});
