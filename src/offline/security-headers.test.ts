import { describe, expect, test } from "vitest";
import { CONTENT_SECURITY_POLICY, policyFor, withSecurityHeaders } from "./security-headers.ts";

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

describe("the policy of the converter's script", () => {
  const script = "https://cascade.example/app/assets/convert-Ab_3-x.js";
  const connect = (url: string) => /connect-src ([^;]*)/.exec(policyFor(url))?.[1];

  test("names the hosts in its address, and changes nothing else", () => {
    const url = `${script}?hosts=https://huggingface.co,https://*.hf.co,http://localhost:8080`;
    expect(connect(url)).toBe("'self' https://huggingface.co https://*.hf.co http://localhost:8080");
    expect(policyFor(url).replace(/connect-src [^;]*/, "connect-src 'self'")).toBe(CONTENT_SECURITY_POLICY);
    // As URLSearchParams writes it, and as a server sees it.
    expect(connect(`/assets/convert-X.js?hosts=${encodeURIComponent("https://a.example,https://b.example:8443")}`)).toBe(
      "'self' https://a.example https://b.example:8443",
    );
  });

  test.each([
    "*",
    "https:",
    "https://*",
    "https://*.example",
    "https://a.example/path",
    "https://a.example; script-src *",
    "https://a.example https://b.example",
    "https://a.example 'unsafe-eval'",
    "https://user@a.example",
    "http://a.example",
    "http://localhost.a.example",
    "'unsafe-inline'",
    "data:",
    "https://a.example\r\nX: y",
    "",
    Array.from({ length: 9 }, (_, i) => `https://h${i}.example`).join(),
  ])("lets nothing in by %j", (hosts) => {
    expect(policyFor(`${script}?hosts=${encodeURIComponent(hosts)}`)).toBe(CONTENT_SECURITY_POLICY);
    expect(policyFor(`${script}?hosts=https://ok.example,${encodeURIComponent(hosts)}`)).toBe(CONTENT_SECURITY_POLICY);
  });

  test.each(["/", "/index.html", "/assets/cascade-Ab.js", "/assets/index-Ab.js", "/convert-Ab.js", "/assets/convert-Ab.js/x.html"])(
    "is not %s's, whatever its address says",
    (path) => expect(policyFor(`${path}?hosts=https://a.example`)).toBe(CONTENT_SECURITY_POLICY),
  );
});
