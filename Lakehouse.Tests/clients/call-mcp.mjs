// Runs the official client of the Model Context Protocol: reads a command as JSON from each line, and answers each with a line.
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

let client;
let transport;

const operations = {
  async connectHttp({ url, token }) {
    transport = new StreamableHTTPClientTransport(new URL(url), token ? { requestInit: { headers: { Authorization: `Bearer ${token}` } } } : undefined);
    return connect();
  },
  async connectStdio({ command, args }) {
    transport = new StdioClientTransport({ command, args, stderr: "inherit" });
    return connect();
  },
  listTools: () => client.listTools(),
  listResources: ({ cursor }) => client.listResources({ cursor }),
  listResourceTemplates: () => client.listResourceTemplates(),
  readResource: ({ uri }) => client.readResource({ uri }),
  listPrompts: () => client.listPrompts(),
  getPrompt: ({ name, args }) => client.getPrompt({ name, arguments: args }),
  complete: ({ params }) => client.complete(params),
  async callTool({ name, args, cancelAfterMs, hasProgress }) {
    const progress = [];
    const abort = new AbortController();
    const timer = cancelAfterMs ? setTimeout(() => abort.abort("enough"), cancelAfterMs) : undefined;
    try {
      const options = { signal: abort.signal, onprogress: hasProgress ? (p) => progress.push(p) : undefined };
      const result = await client.callTool({ name, arguments: args }, undefined, options);
      return { ...result, progress };
    } finally {
      clearTimeout(timer);
    }
  },
  async close() {
    await transport.terminateSession?.();
    await client.close();
    return {};
  },
};

async function connect() {
  client = new Client({ name: "lakehouse-tests", version: "1.0.0" });
  await client.connect(transport);
  return { server: client.getServerVersion(), instructions: client.getInstructions(), session: transport.sessionId ?? null };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { op, ...rest } = JSON.parse(line);
  try {
    process.stdout.write(JSON.stringify({ result: await operations[op](rest) }) + "\n");
  } catch (error) {
    process.stdout.write(JSON.stringify({ error: String(error?.message ?? error), code: error?.code ?? null }) + "\n");
  }
}
