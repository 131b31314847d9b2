// dbguard: asks the launcher about every call before it runs. Written by `dbguard init`; what it decides is not decided here.
import type { Plugin } from "@opencode-ai/plugin"
import { spawnSync } from "node:child_process"

export const Dbguard: Plugin = async ({ directory, worktree }) => ({
  "tool.execute.before": async (input, output) => {
    const root = worktree || directory
    const call = JSON.stringify({ tool: input.tool, args: output.args, cwd: directory })
    const judged = spawnSync("sh", [".dbguard/hook.sh", "opencode"], { cwd: root, input: call, encoding: "utf8", timeout: 20000 })
    if (judged.error || judged.status !== 0) {
      throw new Error(`dbguard could not judge this call: ${judged.error?.message ?? judged.stderr}`)
    }
    const answer = judged.stdout.trim()
    if (answer !== "") {
      throw new Error(JSON.parse(answer).reason)
    }
  },
})
