// Preloaded into the converter's process: tells the benchmark its peak memory, in megabytes.
process.on("exit", () => process.send?.(process.resourceUsage().maxRSS / 1024));
process.channel?.unref();
