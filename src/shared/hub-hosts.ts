/** The hub the published weights are on. */
export const HUB = "https://huggingface.co";

/**
 * Its file servers, that its addresses of large files redirect to: they have changed their names some times (cdn-lfs.huggingface.co, cdn-lfs-us-1.hf.co,
 * cas-bridge.xethub.hf.co), so the domains are named that the hub keeps to itself; pages of its users are elsewhere (hf.space).
 */
export const HUB_DATA: readonly string[] = ["https://*.hf.co", "https://*.huggingface.co"];
