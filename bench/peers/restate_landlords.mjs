// The landlord's tenant with Restate: bytes of a sleeper, steps a second.
//
//   bench/install_peers.sh && node bench/peers/restate_landlords.mjs [NUMBER]
//
// As bench/src/store/landlord.py: one call is made, then it sleeps for a week. One server, one service, on this machine.
import { spawn, execSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

const require = createRequire(path.join(process.env.RESTATE_MODULES ?? path.join(import.meta.dirname, "../.peers"), "x.js"));
const restate = require("@restatedev/restate-sdk");
const program = require.resolve("@restatedev/restate-server/package.json");

// The SDK wants a newer Node than 20 here only.
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};
const number = Number(process.argv[2] ?? 20000);
let made = 0;
const tenant = restate.workflow({
  name: "tenant",
  handlers: {
    run: async (ctx, landlord) => {
      const sent = await ctx.run("forward", () => { made += 1; return `<sent-${landlord}>`; });
      await ctx.sleep(604_800_000);
      return sent;
    },
  },
});
await restate.serve({ services: [tenant], port: 19080 });

const folder = mkdtempSync(path.join(tmpdir(), "restate-"));
const server = spawn(process.execPath, [path.join(path.dirname(program), "../../.bin/restate-server"), "--base-dir", folder], {
  stdio: "ignore", env: { ...process.env, RESTATE_LOG_FILTER: "error" }, detached: true,
});
const bytes = () => Number(execSync(`du -sb ${folder}`).toString().split("\t")[0]);
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const post = (url, body) => fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
for (let tries = 0; ; tries += 1) {
  try {
    const answer = await post("http://127.0.0.1:9070/deployments", { uri: "http://127.0.0.1:19080" });
    if (answer.ok) break;
  } catch { /* not up yet */ }
  if (tries > 120) throw new Error("no server");
  await pause(500);
}
const memory = () => Number(execSync(`ps -o rss= --ppid ${server.pid} --pid ${server.pid}`).toString().trim().split(/\s+/).reduce((a, b) => a + Number(b), 0));
await pause(2000);
const [before, memoryBefore, begin] = [bytes(), memory(), performance.now()];
let next = 0;
const client = async () => {
  while (next < number) {
    const at = next++;
    const answer = await post(`http://127.0.0.1:8080/tenant/t${at}/run/send`, `landlord${at}@example.com`);
    if (!answer.ok) throw new Error(await answer.text());
    await answer.text();
  }
};
await Promise.all(Array.from({ length: 64 }, client));
while (made < number) await pause(20);
const took = (performance.now() - begin) / 1000;
await pause(3000);
console.log(`restate: ${number} asleep`);
console.log(`restate: each asleep, on the disk: ${Math.round((bytes() - before) / number)} bytes`);
console.log(`restate: each asleep, in memory of the server: ${Math.round((memory() - memoryBefore) * 1024 / number)} bytes`);
console.log(`restate: steps and starts a second: ${Math.round(2 * number / took)}`);
process.kill(-server.pid);
process.exit(0);
